# Drawn by: gnuplot order-skew-ns-100000-alpha-1.5.gp
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

name = 'order-skew-ns-100000-alpha-1.5'
W = 960
H = 706
task = 'skew:ns=100000,alpha=1.5'
panels = 4
head = 76
rowheight = 300
items = 400
array label[4]
array colour[4]
label[1] = 'pool_ordered'; colour[1] = '0072B2'
label[2] = 'pool_unordered'; colour[2] = 'D55E00'
label[3] = 'python_pool_imap'; colour[3] = '7F7F7F'
label[4] = 'python_pool_imap_unordered'; colour[4] = '8C510A'
xmax = 32.524714

# What waits for what: results complete and results delivered over time; a row a pair, ordered on the left.
data = name.'.dat'
set xrange [0:xmax * 1.02]
set yrange [0:items * 1.04]
set xtics auto format '%g ms'
set ytics auto

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	do for [p=1:panels] {
		right = (p - 1) % 2
		top = H - head - rowheight * int((p - 1) / 2)
		unset label
		unset xlabel
		set lmargin at screen across(right ? W / 2.0 + 40 : 70)
		set rmargin at screen across(right ? W - 24 : W / 2.0 - 16)
		set tmargin at screen up(top)
		set bmargin at screen up(top - rowheight + 62)
		set label label[p] at graph 0, graph 1 left offset 0, 0.8 tc rgb full(p)
		if (p == 1) {
			set label sprintf('What waits for what: %s', task) at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'Thin line: results complete. Thick line: delivered. Between the two they wait. One observed trial each: of its rounds the one that took least.' at screen 0.5, up(14) center font small_font tc rgb soft
		}
		set xlabel (p > panels - 2 ? 'time since the start of map' : '') tc rgb ink
		set ylabel (right ? '' : 'results') tc rgb ink
		plot data index p-1 using 1:2:3 with filledcurves lc rgb '#C8'.colour[p], \
			data index p-1 using 1:2 with lines lc rgb soft lw 1, \
			data index p-1 using 1:3 with lines lc rgb full(p) lw 2.2
	}
	unset multiplot
	unset output
}
