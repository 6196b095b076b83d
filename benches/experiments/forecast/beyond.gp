# beyond.gp: wall time of map versus cores, measured and projected: small multiples, a panel for each task.
data = name.'.dat'
lines = 1

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set logscale y
	set logscale x 2
	set xrange [xmin:xmax]
	do for [p=1:panels] {
		eval panel_place
		set yrange [value(sprintf('y%dmin', p)):value(sprintf('y%dmax', p))]
		eval 'set xtics '.xtics.' font small_font offset 0, 0.3'
		eval 'set ytics '.value(sprintf('y%dtics', p)).' font small_font'
		set xlabel 'cores' font small_font offset 0, 0.9 tc rgb soft
		if (p == 1) {
			set label "Beyond this machine's cores: projected from the run, not measured" at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label sprintf('Map time (log scale), a worker a core. White, up to %d core%s: measured medians. Grey: projected, with 90 %% intervals. Dotted: serial.', measured, measured == 1 ? '' : 's') at screen 0.5, up(14) center font small_font tc rgb soft
			eval legend
		}
		set object 1 rect from first measured * sqrt(2), graph 0 to graph 1, graph 1 fc rgb '#F1F1F1' fs solid noborder behind
		set label 'projected' at first measured * 1.5, graph 0.07 left font small_font tc rgb soft
		set arrow from graph 0, first base[p] to graph 1, first base[p] nohead back lc rgb ink lw 1 dt 3
		plot for [i=1:N] data index 2*(N*(p-1)+i)-1 using 1:2 with lines lw 1.2 dt dash[i] lc rgb full(i), \
			for [i=1:N] data index 2*(N*(p-1)+i)-1 using 1:($1 > measured * 1.4 ? $2 : NaN):3:4 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 0.8, \
			for [i=1:N] data index 2*(N*(p-1)+i)-1 using ($1 > measured * 1.4 ? $1 : NaN):2:5 with labels hypertext point pt point[i] ps size(0.45) lc rgb full(i), \
			for [i=1:N] data index 2*(N*(p-1)+i)-2 using 1:2:3:4 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.3, \
			for [i=1:N] data index 2*(N*(p-1)+i)-2 using 1:2:5 with labels hypertext point pt point[i] ps size(0.8) lc rgb full(i)
	}
	unset multiplot
	unset output
}
