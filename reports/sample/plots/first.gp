# Drawn by: gnuplot first.gp
# What all pictures share. Sizes are in pixels of the SVG; the PNG has twice as many.
reset session
set encoding utf8
set termoption noenhanced

ink = '#222222'
soft = '#6B6B6B'
rule = '#CFCFCF'
title_font = 'sans-serif,16'
small_font = 'sans-serif,11'

formats = strstrt(GPVAL_TERMINALS, 'pngcairo') ? 'svg png' : 'svg'
begin(format) = format eq 'svg' \
	? sprintf("set term svg size %d,%d noenhanced font 'sans-serif,13' background 'white'", W, H) \
	: sprintf("set term pngcairo size %d,%d noenhanced font 'sans-serif,13' fontscale 1.5 linewidth 2 pointscale 2 background 'white'", 2 * W, 2 * H)
across(px) = px / (W + 0.0)
up(px) = px / (H + 0.0)

set border 3 lc rgb soft lw 0.8
set tics nomirror out scale 0.5 tc rgb ink
set grid back lc rgb rule lw 0.6 dt 1
unset key
full(i) = '#'.colour[i]
faint(i) = '#90'.colour[i]
size(x) = (format eq 'svg' ? 0.8 : 1) * x # svg draws its points larger

# The key is placed by hand, in keycols columns of keywidth pixels: gnuplot's own would break its rows
# by the width of one panel. `lines` shows the dash as well.
key_x(i) = across(W / 2.0 - keywidth * (N < keycols ? N : keycols) / 2.0 + keywidth * ((i - 1) % keycols) + 22)
key_y(i) = up(keyfoot + 20 * (keyrows - 1 - (i - 1) / keycols))
legend = "do for [i=1:N] { \
	if (lines) { set arrow 900 + i from screen key_x(i) - across(18), key_y(i) to screen key_x(i) + across(18), key_y(i) nohead lc rgb full(i) lw 1.5 dt dash[i] }; \
	set label 900 + i '' at screen key_x(i), key_y(i) point pt point[i] ps size(1) lc rgb full(i); \
	set label 1900 + i label[i] at screen key_x(i) + across(lines ? 25 : 14), key_y(i) left tc rgb ink }"
set errorbars small
set pointintervalbox 0

name = 'first'
W = 960
H = 729
rows = 9
cores = 2
blocks = 18
keyrows = 1; keycols = 5; keywidth = 178
N = 5
array label[N]
array colour[N]
array point[N]
array dash[N]
label[1] = 'serial'; colour[1] = '000000'; point[1] = 5; dash[1] = 1
label[2] = 'fork_pipe_queue'; colour[2] = 'E69F00'; point[2] = 9; dash[2] = 2
label[3] = 'pool_ordered'; colour[3] = '0072B2'; point[3] = 7; dash[3] = 1
label[4] = 'pool_unordered'; colour[4] = 'D55E00'; point[4] = 11; dash[4] = 5
label[5] = 'pthread_queue'; colour[5] = '009E73'; point[5] = 13; dash[5] = 4
set ytics ('deflate:dir=/usr/bin,max_kb=256' -0, 'echo:in=65536,out=65536' -1, 'mandelbrot:width=256,maxiter=500' -2, 'noop' -3, 'skew:ns=100000,alpha=1.5' -4, 'sleep:us=1000' -5, 'spin:ns=1000' -6, 'spin:ns=100000' -7, 'stream:kb=256' -8)
left = 280
xmin = 278.257385; xmax = 205611849
xtics = '(''1 µs'' 1000, ''10 µs'' 10000, ''100 µs'' 100000, ''1 ms'' 1000000, ''10 ms'' 10000000, ''100 ms'' 100000000)'

# One row a task, one dot a strategy: when the first result is there; a thin line runs to the last.
data = name.'.dat'
keyfoot = 38
foot = keyfoot + 20 * keyrows
lines = 0

set lmargin at screen across(left)
set rmargin at screen across(W - 24)
set tmargin at screen 1 - up(46)
set bmargin at screen up(foot + 62)
set logscale x
set xrange [xmin:xmax]
set yrange [0.5 - rows : 0.5]
eval 'set xtics '.xtics
set ytics scale 0
set border 1
set grid x noy
do for [r=0:rows-1:2] {
	set object rect from graph 0, first -r - 0.5 to graph 1, first -r + 0.5 fc rgb '#F4F4F4' fs solid noborder behind
}
set label sprintf('Time to the first result on %d core%s, by task', cores, cores > 1 ? 's' : '') at screen across(14), 1 - up(20) left font title_font tc rgb ink
set label sprintf('Marks: first result, median of up to %d blocks with its interval. Thin lines end at the last result.', blocks) at screen 0.5, up(14) center font small_font tc rgb soft
set xlabel 'time since the start of map (log scale)' tc rgb ink

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot for [i=1:N] data index i-1 using 2:1:($5-$2):(0) with vectors nohead lc rgb '#90'.colour[i] lw 1, \
		for [i=1:N] data index i-1 using 5:1 with points pt '|' lc rgb full(i), \
		for [i=1:N] data index i-1 using 2:1:3:4 with xerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.8, \
		for [i=1:N] data index i-1 using 2:1 with points pt point[i] ps size(1.1) lc rgb full(i)
	unset output
}
