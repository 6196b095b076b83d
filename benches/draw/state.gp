
# state.gp: the hand-over between the CPUs over the time of the run; below it, the task with the shortest items.
data = name.'.dat'
keyfoot = 38
foot = keyfoot + 20 * keyrows
lines = 0
middle = (H - 58 - foot - 58) / 2.0 # pixels of a panel, with the gap between the two

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set lmargin at screen across(78)
	set rmargin at screen across(W - 18)
	set xrange [0:seconds]
	set logscale y
	do for [panel=1:2] {
		unset label
		if (panel == 1) {
			set tmargin at screen 1 - up(64)
			set bmargin at screen 1 - up(64 + middle - 14)
			set yrange [ymin:ymax]
			eval 'set ytics '.ytics
			set format x ''
			unset xlabel
			set label sprintf('The state of the machine during the run, on %d cores', cores) at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'one cache line from a CPU to another and back (log scale), before and after every trial' at graph 0, graph 1 left offset 0, 0.8 tc rgb ink
			plot data index 0 using 1:2 with points pt 7 ps size(0.35) lc rgb '#90444444'
		} else {
			set tmargin at screen up(foot + 58 + middle - 30)
			set bmargin at screen up(foot + 58)
			set yrange [zmin:zmax]
			eval 'set ytics '.ztics
			set format x '%g'
			set xlabel 'seconds since the first trial' tc rgb ink
			set label task.': map time per item (log scale), every trial' at graph 0, graph 1 left offset 0, 0.8 tc rgb ink
			eval legend
			plot for [i=1:N] data index i using 1:2 with points pt point[i] ps size(0.6) lc rgb full(i)
		}
	}
	unset multiplot
	unset output
}
