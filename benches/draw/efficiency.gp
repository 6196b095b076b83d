# efficiency.gp: efficiency versus cores, on a linear axis, because a logarithmic one hides losses: a panel for each task.
data = name.'.dat'

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set yrange [0:top]
	set ytics auto font small_font
	set format y '%.1f'
	do for [p=1:panels] {
		eval panel_place
		set xrange [value(sprintf('x%dmin', p)):value(sprintf('x%dmax', p))]
		eval 'set xtics '.value(sprintf('x%dtics', p)).' offset 0, 0.3'
		set xlabel 'cores' font small_font offset 0, 0.9 tc rgb soft
		if (p == 1) {
			set label 'Efficiency versus cores' at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'Efficiency = speed-up / cores, by map time: medians of the ratios within a block; '.bars.'. Grey: the ideal.' at screen 0.5, up(14) center font small_font tc rgb soft
			eval legend
		}
		plot 1 with lines lc rgb ideal lw 2 dt 1, \
			for [i=1:N] data index N*(p-1)+i-1 using 1:2:3:4 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.3, \
			for [i=1:N] data index N*(p-1)+i-1 using 1:2 with lines lw 1.5 dt dash[i] lc rgb full(i), \
			for [i=1:N] data index N*(p-1)+i-1 using 1:2:5 with labels hypertext point pt point[i] ps size(0.8) lc rgb full(i)
	}
	unset multiplot
	unset output
}
