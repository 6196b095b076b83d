# Drawn by: gnuplot speedup-noop.gp
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

name = 'speedup-noop'
W = 960
H = 380
task = 'noop'
blocks = 18
lines = 1
keyrows = 1; keycols = 4; keywidth = 178
N = 4
array label[N]
array colour[N]
array point[N]
array dash[N]
label[1] = 'fork_pipe_queue'; colour[1] = 'E69F00'; point[1] = 9; dash[1] = 2
label[2] = 'pool_ordered'; colour[2] = '0072B2'; point[2] = 7; dash[2] = 1
label[3] = 'pool_unordered'; colour[3] = 'D55E00'; point[3] = 11; dash[3] = 5
label[4] = 'pthread_queue'; colour[4] = '009E73'; point[4] = 13; dash[4] = 4
xmin = 0.6; xmax = 2.4
xlog = 0
xtics = '(''2'' 2, ''1'' 1)'
upmax = 2.12
effmax = 1.1
base = '2.94 ms'

# Speed-up over serial and efficiency versus cores; linear axes, since a logarithmic one hides losses.
data = name.'.dat'
keyfoot = 38
foot = keyfoot + 20 * keyrows

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set tmargin at screen 1 - up(58)
	set bmargin at screen up(foot + 58)
	set xrange [xmin:xmax]
	set xlabel 'cores' tc rgb ink
	eval 'set xtics '.xtics
	do for [panel=1:2] {
		unset label
		value = panel == 1 ? 2 : 5
		ideal(x) = panel == 1 ? x : 1
		set yrange [0:(panel == 1 ? upmax : effmax)]
		set ytics auto
		if (panel == 1) {
			set lmargin at screen across(56)
			set rmargin at screen across(450)
			set label task at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'speed-up: times as fast as serial ('.base.')' at graph 0, graph 1 left offset 0, 0.8 tc rgb ink
		} else {
			set lmargin at screen across(550)
			set rmargin at screen across(W - 18)
			set label 'efficiency = speed-up / cores' at graph 0, graph 1 left offset 0, 0.8 tc rgb ink
			set label 'Map time; median of the ratios within a block with its 95 % interval. Grey line: ideal.' at screen 0.5, up(14) center font small_font tc rgb soft
			set format y '%.1f'
			eval legend
		}
		plot ideal(x) with lines lc rgb '#9A9A9A' lw 2 dt 1, \
			for [i=1:N] data index i-1 using 1:value:value+1:value+2 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.3, \
			for [i=1:N] data index i-1 using 1:(column(value)) with linespoints pt point[i] ps size(0.9) lw (lines ? 1.5 : 0) dt dash[i] lc rgb full(i)
		set format y '%g'
	}
	unset multiplot
	unset output
}
