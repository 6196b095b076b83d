
# speedup.gp: speed-up over serial and efficiency versus cores, on linear axes: a logarithmic one hides losses.
data = name.'.dat'
keyfoot = 38
foot = keyfoot + 20 * keyrows

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set tmargin at screen 1 - up(58)
	set bmargin at screen up(foot + 58)
	set xrange [xmin:xmax]
	set xlabel 'cores' tc rgb ink
	eval 'set xtics '.xtics
	do for [panel=1:2] {
		unset label
		value = panel == 1 ? 2 : 5
		ideal(x) = panel == 1 ? x : 1
		set yrange [0:(panel == 1 ? upmax : effmax)]
		set ytics auto
		if (panel == 1) {
			set lmargin at screen across(56)
			set rmargin at screen across(450)
			set label task at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'speed-up: times as fast as serial ('.base.')' at graph 0, graph 1 left offset 0, 0.8 tc rgb ink
		} else {
			set lmargin at screen across(550)
			set rmargin at screen across(W - 18)
			set label 'efficiency = speed-up / cores' at graph 0, graph 1 left offset 0, 0.8 tc rgb ink
			set label 'Map time; median of the ratios within a block with its 95 % interval. Grey line: ideal.' at screen 0.5, up(14) center font small_font tc rgb soft
			set format y '%.1f'
			eval legend
		}
		plot ideal(x) with lines lc rgb '#9A9A9A' lw 2 dt 1, \
			for [i=1:N] data index i-1 using 1:value:value+1:value+2 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.3, \
			for [i=1:N] data index i-1 using 1:(column(value)) with linespoints pt point[i] ps size(0.9) lw (lines ? 1.5 : 0) dt dash[i] lc rgb full(i)
		set format y '%g'
	}
	unset multiplot
	unset output
}
