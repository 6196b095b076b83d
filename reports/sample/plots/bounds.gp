# Drawn by: gnuplot bounds.gp
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

name = 'bounds'
W = 960
H = 560
rows = 4
columns = 3
panels = 9
panelheight = 150
head = 44
array strategy[4]
strategy[1] = 'fork_pipe_queue'
strategy[2] = 'pool_ordered'
strategy[3] = 'pool_unordered'
strategy[4] = 'pthread_queue'
left = 136
array panel[9]
array ideal[9]
array xmax[9]
panel[1] = 'deflate:dir=/usr/bin,max_kb=256'; ideal[1] = 'work / 2 cores: 30.9 ms'; xmax[1] = 1.397
panel[2] = 'echo:in=65536,out=65536'; ideal[2] = 'work / 2 cores: 34.7 ms'; xmax[2] = 7.157
panel[3] = 'mandelbrot:width=256,maxiter=500'; ideal[3] = 'work / 2 cores: 38.9 ms'; xmax[3] = 1.459
panel[4] = 'noop'; ideal[4] = 'work / 2 cores: 1.47 ms'; xmax[4] = 80.74
panel[5] = 'skew:ns=100000,alpha=1.5'; ideal[5] = 'work / 2 cores: 24.7 ms'; xmax[5] = 1.457
panel[6] = 'sleep:us=1000'; ideal[6] = 'work / 2 cores: 39.7 ms'; xmax[6] = 1.337
panel[7] = 'spin:ns=1000'; ideal[7] = 'work / 2 cores: 31.8 ms'; xmax[7] = 3.19
panel[8] = 'spin:ns=100000'; ideal[8] = 'work / 2 cores: 35.6 ms'; xmax[8] = 1.463
panel[9] = 'stream:kb=256'; ideal[9] = 'work / 2 cores: 38.8 ms'; xmax[9] = 2.336

# How far from the ideal: what a core does on average from start to stop, a panel a task, a bar a strategy.
data = name.'.dat'
N = 8
array label[N] = ['start', 'ramp', 'items', 'dispatch', 'imbalance', 'delivery', 'stop', 'map, not divided']
array colour[N] = ['E39C37', 'F0D48A', '4C6A87', 'B5483A', '7FB09A', '9B7FB8', 'C4C9CE', '8FA5BA']
array point[N] = [5, 5, 5, 5, 5, 5, 5, 5]
keycols = 8; keyrows = 1; keywidth = 106; keyfoot = 34; lines = 0
items = 3; undivided = 8
width = (W - left - 14.0) / columns
upper(p) = H - head - panelheight * int((p - 1) / columns)
set style fill solid 1 noborder
set ytics scale 0
set format y ''
set border 1
set grid x noy

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set yrange [0.5 - rows : 0.5]
	do for [p=1:panels] {
		column = (p - 1) % columns
		unset label
		unset arrow
		set lmargin at screen across(left + width * column + 4)
		set rmargin at screen across(left + width * (column + 1) - 12)
		set tmargin at screen up(upper(p) - 40)
		set bmargin at screen up(upper(p) - panelheight + 30)
		set xrange [0:xmax[p]]
		set xtics autofreq font small_font offset 0, 0.3
		set label panel[p] at graph 0, graph 1 left offset 0, 1.6 tc rgb ink
		set label ideal[p] at graph 0, graph 1 left offset 0, 0.6 font small_font tc rgb soft
		if (column == 0) {
			do for [r=1:rows] { set label strategy[r] at graph 0, first 1 - r right offset character -0.6, 0 font small_font tc rgb ink }
		}
		if (p == 1) {
			set label 'How far from the ideal?' at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'What a core does on average from start to stop, in units of the ideal (the line at 1). Shorter is better.' at screen 0.5, up(12) center font small_font tc rgb soft
			eval legend
		}
		set arrow from 1, graph 0 to 1, graph 1 nohead front lc rgb ink lw 1.4
		plot for [k=1:7] data index p-1 using (k == 1 ? 0 : column(k)):1:(k == 1 ? 0 : column(k)):(k == items && column(9) == 0 ? column(k) : column(k + 1)):($1-0.38):($1+0.38) with boxxyerror lc rgb full(k), \
			data index p-1 using (column(9) == 1 ? NaN : column(items)):1:(column(items)):(column(items + 1)):($1-0.38):($1+0.38) with boxxyerror lc rgb full(undivided), \
			data index p-1 using (column(8) > 1 ? column(8) : 1):1:10 with labels left offset character 0.5, 0 font small_font tc rgb ink
	}
	unset multiplot
	unset output
}
