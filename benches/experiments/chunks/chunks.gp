# chunks.gp: time per item over the chunk size, both axes logarithmic; the default stands apart on the right.
data = name.'.dat'
keyfoot = 36
foot = keyfoot + 20 * keyrows

set lmargin at screen across(78)
set rmargin at screen across(W - 22)
set tmargin at screen 1 - up(62)
set bmargin at screen up(foot + 58)
set logscale xy
set xrange [0.7:default * 2]
set yrange [ymin:ymax]
set xtics ('1' 1, '10' 10, '100' 100, '1,000' 1000, 'default' default)
eval 'set ytics '.ytics
set xlabel 'chunk size: items handed over at a time (log scale)' tc rgb ink
set label title at screen across(14), 1 - up(20) left font title_font tc rgb ink
set label 'time per item: map time / items (log scale)' at graph 0, graph 1 left offset 0, 0.7 tc rgb ink
set label 'Medians; '.bars.'. A flat line has no chunk to choose.' at screen 0.5, up(14) center font small_font tc rgb soft
set arrow from sqrt(1000 * default), graph 0 to sqrt(1000 * default), graph 1 nohead back lc rgb rule lw 1

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot for [i=1:2*N] data index i-1 using 1:2:3:4 with yerrorbars pt point[(i+1)/2] ps 0.01 dt 1 lc rgb full((i+1)/2) lw 1.3, \
		for [i=1:2*N] data index i-1 using 1:2 with lines lw 1.5 dt dash[(i+1)/2] lc rgb full((i+1)/2), \
		for [i=1:2*N] data index i-1 using 1:2:5 with labels hypertext point pt point[(i+1)/2] ps size(0.9) lc rgb full((i+1)/2)
	unset output
}
