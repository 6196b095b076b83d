# Drawn by: gnuplot time-stream-kb-256.gp
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

name = 'time-stream-kb-256'
W = 960
H = 380
task = 'stream:kb=256'
blocks = 18
lines = 1
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
xmin = 0.6; xmax = 2.4
xlog = 0
xtics = '(''2'' 2, ''1'' 1)'
ymin = 40928406.5; ymax = 162648297
ytics = '(''50 ms'' 50000000, ''60 ms'' 60000000, ''70 ms'' 70000000, ''80 ms'' 80000000, ''90 ms'' 90000000, ''100 ms'' 100000000, ''120 ms'' 120000000, ''140 ms'' 140000000, ''160 ms'' 160000000)'
base_map = 77518447
base_total = 77528972

# Wall time versus cores, warm (map) and cold (start + map + stop) side by side on one scale.
data = name.'.dat'
keyfoot = 38
foot = keyfoot + 20 * keyrows

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set tmargin at screen 1 - up(58)
	set bmargin at screen up(foot + 58)
	set logscale y
	if (xlog) { set logscale x 2 }
	set xrange [xmin:xmax]
	set yrange [ymin:ymax]
	eval 'set xtics '.xtics
	eval 'set ytics '.ytics
	set xlabel 'cores' tc rgb ink
	do for [panel=1:2] {
		unset label
		unset arrow
		base = panel == 1 ? base_map : base_total
		trial = panel == 1 ? 2 : 3
		median = panel == 1 ? 2 : 5
		if (panel == 1) {
			set lmargin at screen across(78)
			set rmargin at screen across(470)
			set label task at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'warm: map alone (wall time, log scale)' at graph 0, graph 1 left offset 0, 0.8 tc rgb ink
		} else {
			set lmargin at screen across(560)
			set rmargin at screen across(W - 18)
			set label 'cold: start + map + stop (wall time, log scale)' at graph 0, graph 1 left offset 0, 0.8 tc rgb ink
			set label sprintf('Points: every trial (crosses: in a disturbed block). Marks: median of up to %d blocks with its 95 %% interval (range where n < 6). Dotted: serial.', blocks) at screen 0.5, up(14) center font small_font tc rgb soft
			eval legend
		}
		if (base == base) {
			set arrow from graph 0, first base to graph 1, first base nohead back lc rgb ink lw 1 dt 3
		}
		plot for [i=1:N] data index 2*i-2 using 1:trial:4 with points pt variable ps size(0.45) lc rgb faint(i), \
			for [i=1:N] data index 2*i-1 using 1:median:median+1:median+2 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.3, \
			for [i=1:N] data index 2*i-1 using 1:(column(median)) with linespoints pt point[i] ps size(0.9) lw (lines ? 1.5 : 0) dt dash[i] lc rgb full(i)
	}
	unset multiplot
	unset output
}
