# grain.gp: efficiency over granularity, on a linear axis: a logarithmic one hides its loss.
data = name.'.dat'
keyfoot = 38
foot = keyfoot + 20 * keyrows

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set tmargin at screen 1 - up(62)
	set bmargin at screen up(foot + 58)
	set lmargin at screen across(64)
	set rmargin at screen across(W - 24)
	set logscale x
	set xrange [xmin:xmax]
	set yrange [0:1.1]
	eval 'set xtics '.xtics
	set ytics 0.25 format '%g'
	set xlabel 'granularity: wall time x cores / items (log scale)' tc rgb ink
	set label title at screen across(14), 1 - up(20) left font title_font tc rgb ink
	set label "efficiency: serial's time / (cores x the strategy's)" at graph 0, graph 1 left offset 0, 0.8 tc rgb ink
	set label 'Map time; medians of the ratios within a block; '.bars.'. METG(50%) is where a line crosses the dotted one.' at screen 0.5, up(14) center font small_font tc rgb soft
	set arrow from graph 0, first 0.5 to graph 1, first 0.5 nohead back lc rgb ink lw 1 dt 3
	eval legend
	plot for [i=1:N] data index i-1 using 1:2:3:4 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.3, \
		for [i=1:N] data index i-1 using 1:2 with lines lw 1.5 dt dash[i] lc rgb full(i), \
		for [i=1:N] data index i-1 using 1:2:5 with labels hypertext point pt point[i] ps size(0.9) lc rgb full(i)
	unset output
}
