
# order.gp: what waits for what: results complete and results delivered over time; a row per pair, ordered on the left.
data = name.'.dat'
set xrange [0:xmax * 1.02]
set yrange [0:items * 1.04]
set xtics auto format '%g ms'
set ytics auto

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	do for [p=1:panels] {
		right = (p - 1) % 2
		top = H - head - rowheight * int((p - 1) / 2)
		unset label
		unset xlabel
		set lmargin at screen across(right ? W / 2.0 + 40 : 70)
		set rmargin at screen across(right ? W - 24 : W / 2.0 - 16)
		set tmargin at screen up(top)
		set bmargin at screen up(top - rowheight + 62)
		set label label[p] at graph 0, graph 1 left offset 0, 0.8 tc rgb full(p)
		if (p == 1) {
			set label sprintf('Which results wait: %s', task) at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'Thin line: results complete. Thick line: delivered. Between the two they wait. One observed trial each, the fastest of its rounds.' at screen 0.5, up(14) center font small_font tc rgb soft
		}
		set xlabel (p > panels - 2 ? 'time since the start of map' : '') tc rgb ink
		set ylabel (right ? '' : 'results') tc rgb ink
		plot data index p-1 using 1:2:3 with filledcurves lc rgb '#C8'.colour[p], \
			data index p-1 using 1:2 with lines lc rgb soft lw 1, \
			data index p-1 using 1:3 with lines lc rgb full(p) lw 2.2
	}
	unset multiplot
	unset output
}
