
# compare.gp: two sides, cell by cell: ratio of times, after to before.
data = name.'.dat'
keyfoot = 38
foot = keyfoot + 20 * keyrows
lines = 0

set lmargin at screen across(left)
set rmargin at screen across(W - 24)
set tmargin at screen 1 - up(62)
set bmargin at screen up(foot + 58)
set logscale x
set xrange [xmin:xmax]
set yrange [0.5 - rows : 0.5]
eval 'set xtics '.xtics
set ytics scale 0
set border 1
set grid x noy
set object rect from 1 / same, graph 0 to same, graph 1 fc rgb '#EDF3EF' fs solid noborder behind
set arrow from 1, graph 0 to 1, graph 1 nohead back lc rgb ink lw 1.2
set label 'faster' at 1 / same, graph 1 right offset character -1, 0.6 font small_font tc rgb soft
set label 'slower' at same, graph 1 left offset character 1, 0.6 font small_font tc rgb soft
set label 'Before and after: ratio of times' at screen across(14), 1 - up(20) left font title_font tc rgb ink
set label note at screen 0.5, up(14) center font small_font tc rgb soft
set xlabel 'time after / time before (log scale)' tc rgb ink

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot for [i=1:N] data index i-1 using 2:1:3:4 with xerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.6, \
		for [i=1:N] data index i-1 using 2:1 with points pt point[i] ps size(1.1) lc rgb full(i)
	unset output
}
