
# first.gp: one row per task, one dot per strategy: the time to the first result; a thin line runs to the last.
data = name.'.dat'
keyfoot = 28
foot = keyfoot + 20 * keyrows
lines = 0

set lmargin at screen across(left)
set rmargin at screen across(W - 24)
set tmargin at screen 1 - up(50)
set bmargin at screen up(foot + 28)
set logscale x
set xrange [xmin:xmax]
set yrange [0.5 - rows : 0.5]
eval 'set xtics '.xtics
set ytics scale 0
set border 1
set grid x noy
do for [r=0:rows-1:2] {
	set object rect from graph 0, first -r - 0.5 to graph 1, first -r + 0.5 fc rgb '#F4F4F4' fs solid noborder behind
}
set label sprintf('Time to the first result on %d core%s, by task', cores, cores > 1 ? 's' : '') at screen across(14), 1 - up(20) left font title_font tc rgb ink
set label sprintf('Time since the start of map (log scale). Marks: the first result, medians of up to %d block%s; ', blocks, blocks == 1 ? '' : 's').bars.'. Thin lines end at the last result.' at screen 0.5, up(14) center font small_font tc rgb soft

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot for [i=1:N] data index i-1 using 2:1:($5-$2):(0) with vectors nohead lc rgb '#90'.colour[i] lw 1, \
		for [i=1:N] data index i-1 using 5:1 with points pt '|' lc rgb full(i), \
		for [i=1:N] data index i-1 using 2:1:3:4 with xerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.8, \
		for [i=1:N] data index i-1 using 2:1:6 with labels hypertext point pt point[i] ps size(1.1) lc rgb full(i)
	unset output
}
