# time.gp: wall time of map versus cores: small multiples, a panel for each task.
data = name.'.dat'

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set logscale y
	do for [p=1:panels] {
		eval panel_place
		unset logscale x
		if (value(sprintf('x%dlog', p))) { set logscale x 2 }
		set xrange [value(sprintf('x%dmin', p)):value(sprintf('x%dmax', p))]
		set yrange [value(sprintf('y%dmin', p)):value(sprintf('y%dmax', p))]
		eval 'set xtics '.value(sprintf('x%dtics', p)).' offset 0, 0.3'
		eval 'set ytics '.value(sprintf('y%dtics', p)).' font small_font'
		set xlabel 'cores' font small_font offset 0, 0.9 tc rgb soft
		if (p == 1) {
			set label 'Wall time versus cores' at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'Map time, log scale. Points: every trial'.(disturbed ? ' (crosses: in a disturbed block)' : '').'. Marks: medians; '.bars.'. Dotted: serial. Grey: serial / cores, the ideal.' at screen 0.5, up(14) center font small_font tc rgb soft
			eval legend
		}
		if (base[p] == base[p]) {
			set arrow from graph 0, first base[p] to graph 1, first base[p] nohead back lc rgb ink lw 1 dt 3
			if (!curve[p]) {
				do for [c in counts[p]] { set arrow from c - 0.4, base[p] / c to c + 0.4, base[p] / c nohead back lc rgb ideal lw 2 }
			}
		}
		plot (curve[p] ? base[p] / x : NaN) with lines lc rgb ideal lw 2 dt 1, \
			for [i=1:N] data index 2*(N*(p-1)+i)-2 using 1:2:3 with points pt variable ps size(0.35) lc rgb faint(i), \
			for [i=1:N] data index 2*(N*(p-1)+i)-1 using 1:(curve[p] ? $2 : NaN) with lines lw 1.5 dt dash[i] lc rgb full(i), \
			for [i=1:N] data index 2*(N*(p-1)+i)-1 using 1:2:3:4 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.3, \
			for [i=1:N] data index 2*(N*(p-1)+i)-1 using 1:2:5 with labels hypertext point pt point[i] ps size(0.8) lc rgb full(i)
	}
	unset multiplot
	unset output
}
