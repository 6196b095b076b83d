# Drawn by: gnuplot micro-size.gp
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

name = 'micro-size'
W = 760
H = 470
title = 'What moving so many bytes costs'
note = 'Wall time per block. To another process: the rate at which it is taken away.'
xname = 'size of a block (log scale)'
xmin = 40
xmax = 6710886.4
xtics = '(''64 B'' 64, ''256 B'' 256, ''1 KiB'' 1024, ''4 KiB'' 4096, ''16 KiB'' 16384, ''64 KiB'' 65536, ''256 KiB'' 262144, ''1 MiB'' 1048576, ''4 MiB'' 4194304)'
ymin = 1.20533885; ymax = 211764.343
ytics = '(''3 ns'' 3, ''10 ns'' 10, ''30 ns'' 30, ''100 ns'' 100, ''300 ns'' 300, ''1 µs'' 1000, ''3 µs'' 3000, ''10 µs'' 10000, ''30 µs'' 30000, ''100 µs'' 100000)'
keyrows = 1; keycols = 3; keywidth = 230
N = 3
array label[N]
array colour[N]
array point[N]
array dash[N]
label[1] = 'Unix socket to a process'; colour[1] = '0072B2'; point[1] = 7; dash[1] = 1
label[2] = 'pipe to a process'; colour[2] = 'E69F00'; point[2] = 9; dash[2] = 2
label[3] = 'memcpy within a process'; colour[3] = '009E73'; point[3] = 13; dash[3] = 4

# What an operation costs by size, both axes logarithmic.
data = name.'.dat'
keyfoot = 36
foot = keyfoot + 20 * keyrows
lines = 1

set lmargin at screen across(78)
set rmargin at screen across(W - 22)
set tmargin at screen 1 - up(60)
set bmargin at screen up(foot + 58)
set logscale x 2
set logscale y
set xrange [xmin:xmax]
set yrange [ymin:ymax]
eval 'set xtics '.xtics
eval 'set ytics '.ytics
set xlabel xname tc rgb ink
set label title at screen across(14), 1 - up(20) left font title_font tc rgb ink
set label 'time per operation (log scale)' at graph 0, graph 1 left offset 0, 0.7 tc rgb ink
set label note.' Marks: medians; bars: the whole range.' at screen 0.5, up(14) center font small_font tc rgb soft

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot for [i=1:N] data index i-1 using 1:2:3:4 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.3, \
		for [i=1:N] data index i-1 using 1:2 with linespoints pt point[i] ps size(0.9) lw 1.5 dt dash[i] lc rgb full(i)
	unset output
}
