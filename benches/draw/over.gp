# over.gp: more workers than cores: time relative to one worker per core; a panel for each task and number of cores.
data = name.'.dat'
lines = 1

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	do for [p=1:panels] {
		eval panel_place
		unset logscale x
		if (value(sprintf('x%dlog', p))) { set logscale x 2 }
		set xrange [value(sprintf('x%dmin', p)):value(sprintf('x%dmax', p))]
		set yrange [0:top[p]]
		eval 'set xtics '.value(sprintf('x%dtics', p)).' offset 0, 0.3'
		set ytics auto font small_font
		set xlabel sprintf('workers on %d core%s', cores[p], cores[p] == 1 ? '' : 's') font small_font offset 0, 0.9 tc rgb soft
		if (p == 1) {
			set label 'More workers than cores' at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'Map time relative to one worker per core, medians of the ratios within a block; '.bars.'. Below 1 is faster.' at screen 0.5, up(14) center font small_font tc rgb soft
			eval legend
		}
		set arrow from graph 0, first 1 to graph 1, first 1 nohead back lc rgb ideal lw 2
		plot for [i=1:N] data index N*(p-1)+i-1 using 1:2:3:4 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.3, \
			for [i=1:N] data index N*(p-1)+i-1 using 1:2 with lines lw 1.5 dt dash[i] lc rgb full(i), \
			for [i=1:N] data index N*(p-1)+i-1 using 1:2:5 with labels hypertext point pt point[i] ps size(0.8) lc rgb full(i)
	}
	unset multiplot
	unset output
}
