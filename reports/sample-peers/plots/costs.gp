# Drawn by: gnuplot costs.gp
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

name = 'costs'
W = 960
H = 598
title = 'What does handing over a task cost? 2 workers'
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
arrows = 2
xmin = 10.3963827; xmax = 707448952
xtics = '(''100 ns'' 100, ''1 µs'' 1000, ''10 µs'' 10000, ''100 µs'' 100000, ''1 ms'' 1000000, ''10 ms'' 10000000, ''100 ms'' 100000000)'
# A row a strategy: time per empty task, METG(50%), and a whole life, on one axis of time.
data = name.'.dat'
N = 3
array label[N] = ['time per empty task', 'METG(50%)', 'a whole life with one empty task a worker']
array colour[N] = ['D55E00', '0072B2', '7F7F7F']
array point[N] = [7, 6, 4]
keycols = 3; keyrows = 1; keywidth = 300; keyfoot = 36; lines = 0

set lmargin at screen across(left)
set rmargin at screen across(W - 20)
set tmargin at screen 1 - up(44)
set bmargin at screen up(88)
set logscale x 10
set xrange [xmin:xmax]
set yrange [0.6 - rows : 0.6]
eval 'set xtics '.xtics
set ytics scale 0
set format y ''
set border 1
set grid x noy
do for [r=0:rows-1:2] {
	set object rect from graph 0, first -r - 0.5 to graph 1, first -r + 0.5 fc rgb '#F4F4F4' fs solid noborder behind
}
do for [r=1:rows] { set label strategy[r] at graph 0, first 1 - r right offset character -0.6, 0 font small_font tc rgb (own[r] ? '#B34700' : ink) }
set label title at screen across(14), 1 - up(20) left font title_font tc rgb ink
set label 'Medians with 95 % intervals; ← METG is at most that, → not reached up to there. Further left is cheaper.' at screen 0.5, up(12) center font small_font tc rgb soft

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot for [i=1:N] data index i-1 using 2:1:3:4 with xerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.6, \
		for [i=1:N] data index i-1 using 2:1 with points pt point[i] ps size(0.9) lc rgb full(i), \
		for [i=1:arrows>0] data index N using 2:1:3 with labels center tc rgb full(2) notitle
	unset output
}
