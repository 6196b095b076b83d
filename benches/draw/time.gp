
# time.gp: wall time versus cores, warm (map) and cold (start + map + stop) side by side on one scale.
data = name.'.dat'
keyfoot = 38
foot = keyfoot + 20 * keyrows

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set tmargin at screen 1 - up(58)
	set bmargin at screen up(foot + 58)
	set logscale y
	if (xlog) { set logscale x 2 }
	set xrange [xmin:xmax]
	set yrange [ymin:ymax]
	eval 'set xtics '.xtics
	eval 'set ytics '.ytics
	set xlabel 'cores' tc rgb ink
	do for [panel=1:2] {
		unset label
		unset arrow
		base = panel == 1 ? base_map : base_total
		trial = panel == 1 ? 2 : 3
		median = panel == 1 ? 2 : 5
		if (panel == 1) {
			set lmargin at screen across(78)
			set rmargin at screen across(470)
			set label task at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'warm: map alone (wall time, log scale)' at graph 0, graph 1 left offset 0, 0.8 tc rgb ink
		} else {
			set lmargin at screen across(560)
			set rmargin at screen across(W - 18)
			set label 'cold: start + map + stop (wall time, log scale)' at graph 0, graph 1 left offset 0, 0.8 tc rgb ink
			set label sprintf('Points: every trial (crosses: in a disturbed block). Marks: median of up to %d blocks with its 95 %% interval (range where n < 6). Dotted: serial.', blocks) at screen 0.5, up(14) center font small_font tc rgb soft
			eval legend
		}
		if (base == base) {
			set arrow from graph 0, first base to graph 1, first base nohead back lc rgb ink lw 1 dt 3
		}
		plot for [i=1:N] data index 2*i-2 using 1:trial:4 with points pt variable ps size(0.45) lc rgb faint(i), \
			for [i=1:N] data index 2*i-1 using 1:median:median+1:median+2 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.3, \
			for [i=1:N] data index 2*i-1 using 1:(column(median)) with linespoints pt point[i] ps size(0.9) lw (lines ? 1.5 : 0) dt dash[i] lc rgb full(i)
	}
	unset multiplot
	unset output
}
