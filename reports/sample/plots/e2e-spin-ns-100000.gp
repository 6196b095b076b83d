# Drawn by: gnuplot e2e-spin-ns-100000.gp
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

name = 'e2e-spin-ns-100000'
W = 960
H = 410
rows = 9
task = 'spin:ns=100000'
set ytics ('serial, 1 worker' -0, 'fork_pipe_queue, 1 worker' -1, 'fork_pipe_queue, 2 workers' -2, 'pool_ordered, 1 worker' -3, 'pool_ordered, 2 workers' -4, 'pool_unordered, 1 worker' -5, 'pool_unordered, 2 workers' -6, 'pthread_queue, 1 worker' -7, 'pthread_queue, 2 workers' -8)
left = 228
xmax = 69.8455056

# Seen from outside: what the driver timed, what lies around it, and every run as hyperfine timed it.
data = name.'.dat'

set lmargin at screen across(left)
set rmargin at screen across(W - 100)
set tmargin at screen 1 - up(58)
set bmargin at screen up(112)
set xrange [0:xmax]
set yrange [0.5 - rows : 0.5]
set xtics auto format '%g ms'
set ytics scale 0
set border 1
set grid x noy
set label task at screen across(14), 1 - up(20) left font title_font tc rgb ink
set label 'difference' at graph 1, graph 1 left offset character 1, 0.6 font small_font tc rgb soft
set label 'Bars: medians of the runs. Points: the wall time of every run, by hyperfine. Strokes: their median with its 95 % interval.' at screen 0.5, up(14) center font small_font tc rgb soft
set xlabel 'wall time' tc rgb ink
N = 3
array label[N] = ['inside: start + map + stop', 'difference: the process around it', 'a run, from outside']
array colour[N] = ['4C6A87', 'E9B872', '8A8A8A']
array point[N] = [5, 5, 6]
keycols = 3; keyrows = 1; keywidth = 285; keyfoot = 42; lines = 0
set style fill solid 1 border rgb 'white'

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot data index 0 using (0):1:(0):2:($1-0.38):($1+0.38) with boxxyerror lc rgb full(1), \
		data index 0 using (0):1:2:3:($1-0.38):($1+0.38) with boxxyerror lc rgb full(2), \
		data index 1 using 2:1 with points pt 6 ps size(0.5) lc rgb full(3), \
		data index 0 using 4:1:5:6 with xerrorbars pt 1 ps 0.01 dt 1 lc rgb ink lw 1.6, \
		data index 0 using 4:1 with points pt '|' lc rgb ink, \
		data index 0 using (xmax):1:7 with labels left offset character 1, 0 tc rgb ink
	unset output
}
