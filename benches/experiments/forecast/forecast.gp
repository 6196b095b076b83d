# forecast.gp: predicted / measured over the measured time of an item; beside it, how many cells are off by how much.
data = name.'.dat'
keyfoot = 34
foot = keyfoot + 20 * keyrows
lines = 0
border_x = 0.64 # of the width, between the two

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	unset label; unset arrow
	set tmargin at screen 1 - up(66)
	set bmargin at screen up(foot + 52)
	set lmargin at screen across(64)
	set rmargin at screen border_x
	set logscale xy
	set xrange [xmin:xmax]
	set yrange [ymin:ymax]
	eval 'set xtics '.xtics
	eval 'set ytics '.ytics
	set xlabel 'measured map time of an item (log scale)' offset 0, 0.5 tc rgb ink
	set label 'Predicted beside measured: cells that did not calibrate' at screen across(14), 1 - up(20) left font title_font tc rgb ink
	set label 'predicted / measured map time (log scale)' at graph 0, graph 1 left offset 0, 0.7 tc rgb ink
	set label 'Left: bars are the 90 % intervals of the prediction; grey: within 20 %. Right: how many cells are off by no more.' at screen 0.5, up(14) center font small_font tc rgb soft
	set object 1 rect from graph 0, first 1 / 1.2 to graph 1, first 1.2 fc rgb '#EEEEEE' fs solid noborder behind
	set arrow from graph 0, first 1 to graph 1, first 1 nohead back lc rgb ideal lw 1.2
	eval legend
	plot for [i=1:N] data index i-1 using 1:2:3:4 with yerrorbars pt point[i] ps 0.01 dt 1 lc rgb faint(i) lw 1, \
		for [i=1:N] data index i-1 using 1:2:5 with labels hypertext point pt point[i] ps size(0.8) lc rgb full(i)
	unset label; unset arrow; unset object 1
	set lmargin at screen border_x + across(62)
	set rmargin at screen across(W - 24)
	unset logscale
	set xrange [0:0.5]
	set yrange [0:1.02]
	set xtics ('0' 0, '10 %%' 0.1, '20 %%' 0.2, '30 %%' 0.3, '40 %%' 0.4, '50 %%' 0.5)
	set ytics ('0' 0, '25 %%' 0.25, '50 %%' 0.5, '75 %%' 0.75, '90 %%' 0.9)
	set xlabel '|error|' offset 0, 0.5 tc rgb ink
	set label 'share of the cells' at graph 0, graph 1 left offset 0, 0.7 tc rgb ink
	set label 'map time' at graph 0.95, graph 0.24 right tc rgb ink
	set label 'start + stop (dashed)' at graph 0.95, graph 0.14 right tc rgb soft
	plot data index N using 1:2 with steps lw 1.8 lc rgb ink, \
		data index N+1 using 1:2 with steps lw 1.4 dt 2 lc rgb soft
	unset multiplot
	unset output
}
