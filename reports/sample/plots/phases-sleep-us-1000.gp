# Drawn by: gnuplot phases-sleep-us-1000.gp
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

name = 'phases-sleep-us-1000'
W = 470
H = 220
rows = 5
task = 'sleep:us=1000'
set ytics ('serial' -0, 'fork_pipe_queue' -1, 'pool_ordered' -2, 'pool_unordered' -3, 'pthread_queue' -4)
left = 136

# Where the time goes: shares of start, map and stop, one bar a strategy, the total beside it.
data = name.'.dat'

set lmargin at screen across(left)
set rmargin at screen across(W - 84)
set tmargin at screen 1 - up(34)
set bmargin at screen up(64)
set xrange [0:100]
set yrange [0.5 - rows : 0.5]
set xtics 25 format '%g %%'
set ytics scale 0
set border 1
set grid x noy
set label task at screen across(10), 1 - up(16) left font 'sans-serif,14' tc rgb ink
set label 'total' at graph 1, graph 1 left offset character 1, 0.5 font small_font tc rgb soft
N = 3
array label[N] = ['start', 'map', 'stop']
array colour[N] = ['E39C37', '4C6A87', 'B9C6D2']
array point[N] = [5, 5, 5]
keycols = 3; keyrows = 1; keywidth = 90; keyfoot = 14; lines = 0
set style fill solid 1 border rgb 'white'

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot data using (0):1:(0):2:($1-0.36):($1+0.36) with boxxyerror lc rgb full(1), \
		data using (0):1:2:3:($1-0.36):($1+0.36) with boxxyerror lc rgb full(2), \
		data using (0):1:3:4:($1-0.36):($1+0.36) with boxxyerror lc rgb full(3), \
		data using (100):1:5 with labels left offset character 1, 0 tc rgb ink
	unset output
}
