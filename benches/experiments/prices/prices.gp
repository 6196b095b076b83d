
# prices.gp: what an operation costs by size, both axes logarithmic.
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
		for [i=1:N] data index i-1 using 1:2 with lines lw 1.5 dt dash[i] lc rgb full(i), \
		for [i=1:N] data index i-1 using 1:2:5 with labels hypertext point pt point[i] ps size(0.9) lc rgb full(i)
	unset output
}
