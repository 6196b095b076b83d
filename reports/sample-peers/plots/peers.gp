# Drawn by: gnuplot peers.gp
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

name = 'peers'
W = 1110
H = 614
rows = 26
array strategy[26]
array own[26]
strategy[1] = 'serial'; own[1] = 1
strategy[2] = 'rust_rayon'; own[2] = 0
strategy[3] = 'pthreadpool'; own[3] = 0
strategy[4] = 'pool_ordered'; own[4] = 1
strategy[5] = 'pool_unordered'; own[5] = 1
strategy[6] = 'tbb_for'; own[6] = 0
strategy[7] = 'openmp_dynamic'; own[7] = 0
strategy[8] = 'tbb_tasks'; own[8] = 0
strategy[9] = 'go_channels'; own[9] = 0
strategy[10] = 'openmp_tasks'; own[10] = 0
strategy[11] = 'pthread_queue'; own[11] = 1
strategy[12] = 'libuv_work'; own[12] = 0
strategy[13] = 'fork_pipe_queue'; own[13] = 1
strategy[14] = 'glib_pool'; own[14] = 0
strategy[15] = 'mpi_pool'; own[15] = 0
strategy[16] = 'python_serial'; own[16] = 0
strategy[17] = 'python_pool_map'; own[17] = 0
strategy[18] = 'mqueue'; own[18] = 0
strategy[19] = 'python_joblib'; own[19] = 0
strategy[20] = 'python_threads_gil'; own[20] = 0
strategy[21] = 'python_process_queue'; own[21] = 0
strategy[22] = 'python_threads'; own[22] = 0
strategy[23] = 'python_pool_imap'; own[23] = 0
strategy[24] = 'python_pool_imap_unordered'; own[24] = 0
strategy[25] = 'python_executor'; own[25] = 0
strategy[26] = 'fork_per_task'; own[26] = 0
left = 220
panels = 5
N = 2
array label[N]
array panel[5]
array under[5]
array missing[5]
array low[5]
array high[5]
array tics[5]
label[1] = '1 core'
label[2] = '2 cores'
panel[1] = 'deflate'; under[1] = 'dir=/usr/bin,max_kb=256'; missing[1] = ' 17'
xmin = 17153155.3; xmax = 62246366.9
xtics = '(''20 ms'' 20000000, ''30 ms'' 30000000, ''50 ms'' 50000000)'
low[1] = xmin; high[1] = xmax; tics[1] = xtics
panel[2] = 'echo'; under[2] = 'in=65536,out=65536'; missing[2] = ' 17'
xmin = 20982100.1; xmax = 898137058
xtics = '(''30 ms'' 30000000, ''100 ms'' 100000000, ''300 ms'' 300000000)'
low[2] = xmin; high[2] = xmax; tics[2] = xtics
panel[3] = 'skew'; under[3] = 'ns=100000,alpha=1.5'; missing[3] = ''
xmin = 16350812; xmax = 143443396
xtics = '(''20 ms'' 20000000, ''50 ms'' 50000000, ''100 ms'' 100000000)'
low[3] = xmin; high[3] = xmax; tics[3] = xtics
panel[4] = 'sleep'; under[4] = 'us=1000'; missing[4] = ''
xmin = 17893542.6; xmax = 56796726.8
xtics = '(''20 ms'' 20000000, ''30 ms'' 30000000, ''50 ms'' 50000000)'
low[4] = xmin; high[4] = xmax; tics[4] = xtics
panel[5] = 'spin'; under[5] = 'ns=100000'; missing[5] = ''
xmin = 18305433.6; xmax = 134384965
xtics = '(''20 ms'' 20000000, ''50 ms'' 50000000, ''100 ms'' 100000000)'
low[5] = xmin; high[5] = xmax; tics[5] = xtics
# Wall time versus cores: a row a strategy, a panel a task, a dot a core count.
data = name.'.dat'
array shade[4] = ['5F7383', '6BAED6', '3182BD', '08306B']
array colour[N]
array point[N]
do for [i=1:N] {
	colour[i] = shade[N == 1 ? 4 : 1 + (i - 1) * 3 / (N - 1)]
	point[i] = i == N ? 7 : 6
}
keycols = N; keyrows = 1; keywidth = 110; keyfoot = 34; lines = 0
width = (W - left - 10.0) / panels
set logscale x 10
set ytics scale 0
set format y ''
set border 1
set grid x noy

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set yrange [0.6 - rows : 0.6]
	do for [p=1:panels] {
		unset label
		unset object
		set lmargin at screen across(left + width * (p - 1) + 3)
		set rmargin at screen across(left + width * p - 34)
		set tmargin at screen 1 - up(78)
		set bmargin at screen up(78)
		set xrange [low[p]:high[p]]
		eval 'set xtics '.tics[p].' font small_font offset 0, 0.3'
		do for [r=0:rows-1:2] {
			set object rect from graph 0, first -r - 0.5 to graph 1, first -r + 0.5 fc rgb '#F4F4F4' fs solid noborder behind
		}
		set label panel[p] at graph 0, graph 1 left offset 0, 1.7 tc rgb ink
		set label under[p] at graph 0, graph 1 left offset 0, 0.6 font small_font tc rgb soft
		do for [r in missing[p]] { set label 'not this task' at graph 0.02, first -r left font small_font tc rgb soft }
		if (p == 1) {
			do for [r=1:rows] { set label strategy[r] at graph 0, first 1 - r right offset character -0.6, 0 font small_font tc rgb (own[r] ? '#B34700' : ink) }
			set label 'Wall time versus cores' at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'Map time, log scale, medians with 95 % intervals; one worker a core. Further left is faster.' at screen 0.5, up(12) center font small_font tc rgb soft
			eval legend
		}
		plot for [i=1:N] data index N*(p-1)+i-1 using 2:1:3:4 with xerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.4, \
			for [i=1:N] data index N*(p-1)+i-1 using 2:1 with points pt point[i] ps size(0.8) lc rgb full(i)
	}
	unset multiplot
	unset output
}
