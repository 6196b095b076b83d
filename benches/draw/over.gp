
# over.gp: more workers than cores: time relative to one worker per core.
data = name.'.dat'
keyfoot = 14
foot = keyfoot + 20 * keyrows
lines = 1

set lmargin at screen across(60)
set rmargin at screen across(W - 18)
set tmargin at screen 1 - up(52)
set bmargin at screen up(foot + 58)
set xrange [xmin:xmax]
set yrange [0:top]
eval 'set xtics '.xtics
set xlabel sprintf('workers on %d core%s', cores, cores > 1 ? 's' : '') tc rgb ink
if (xlog) { set logscale x 2 }
set arrow from graph 0, first 1 to graph 1, first 1 nohead back lc rgb '#9A9A9A' lw 2
set label task at screen across(10), 1 - up(16) left font 'sans-serif,14' tc rgb ink
set label sprintf('map time relative to %d worker%s; below 1 is faster', cores, cores > 1 ? 's' : '') at graph 0, graph 1 left offset 0, 0.7 font small_font tc rgb soft

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot for [i=1:N] data index i-1 using 1:2:3:4 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.3, \
		for [i=1:N] data index i-1 using 1:2 with linespoints pt point[i] ps size(0.9) lw 1.5 dt dash[i] lc rgb full(i)
	unset output
}
