# common.gp: what all pictures share. Sizes are in pixels of the SVG; the PNG has twice as many.
reset session
set encoding utf8
set termoption noenhanced

ink = '#222222'
soft = '#6B6B6B'
rule = '#CFCFCF'
ideal = '#9A9A9A'
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
# by the width of one panel. `lines` shows the dash as well, of all
# series but those that `unlined(i)` names.
key_x(i) = across(W / 2.0 - keywidth * (N < keycols ? N : keycols) / 2.0 + keywidth * ((i - 1) % keycols) + 22)
key_y(i) = up(keyfoot + 20 * (keyrows - 1 - (i - 1) / keycols))
unlined(i) = 0
legend = "do for [i=1:N] { \
	if (lines && !unlined(i)) { set arrow 900 + i from screen key_x(i) - across(18), key_y(i) to screen key_x(i) + across(18), key_y(i) nohead lc rgb full(i) lw 1.5 dt dash[i] }; \
	set label 900 + i '' at screen key_x(i), key_y(i) point pt point[i] ps size(1) lc rgb full(i); \
	set label 1900 + i label[i] at screen key_x(i) + across(lines ? 25 : 14), key_y(i) left tc rgb ink }"
set errorbars small
set pointintervalbox 0

# Small multiples: panel p of `panels`, in `columns` of equal width, each panelheight high, below `head` pixels. Each has
# its task in plain words, and below it the command's name, small.
panel_left(p) = W / (columns + 0.0) * ((p - 1) % columns)
panel_top(p) = head + panelheight * int((p - 1) / columns)
panel_place = "\
	unset label; unset arrow; \
	set lmargin at screen across(panel_left(p) + 62); \
	set rmargin at screen across(panel_left(p) + W / (columns + 0.0) - 14); \
	set tmargin at screen 1 - up(panel_top(p) + 44); \
	set bmargin at screen 1 - up(panel_top(p) + panelheight - 46); \
	set label plain[p] at graph 0, graph 1 left offset 0, 1.5 tc rgb ink; \
	set label task[p] at graph 0, graph 1 left offset 0, 0.5 font small_font tc rgb soft"
