# costs.gp: time per empty item, METG(50%) and a whole run, on one axis of time; a row per strategy.
data = name.'.dat'
keycols = N; keyrows = 1; keywidth = 300; keyfoot = 36; lines = 0

set lmargin at screen across(left)
set rmargin at screen across(W - 20)
set tmargin at screen 1 - up(44)
set bmargin at screen up(88)
set logscale x 10
set xrange [xmin:xmax]
set yrange [0.6 - rows : 0.6]
eval 'set xtics '.xtics
set ytics scale 0
set format y ''
set border 1
set grid x noy
do for [r=0:rows-1:2] {
	set object rect from graph 0, first -r - 0.5 to graph 1, first -r + 0.5 fc rgb '#F4F4F4' fs solid noborder behind
}
do for [r=1:rows] { set label strategy[r] at graph 0, first 1 - r right offset character -0.6, 0 font small_font tc rgb (own[r] ? '#B34700' : ink) }
set label title at screen across(14), 1 - up(20) left font title_font tc rgb ink
set label 'Medians; '.bars.(arrows ? '. ←: METG is at most that. →: not reached up to there' : '').'. Further left is cheaper.' at screen 0.5, up(12) center font small_font tc rgb soft

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot for [i=1:N] data index i-1 using 2:1:3:4 with xerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.6, \
		for [i=1:N] data index i-1 using 2:1:5 with labels hypertext point pt point[i] ps size(0.9) lc rgb full(i), \
		for [i=1:arrows>0] data index N using 2:1:3 with labels center tc rgb '#0072B2' notitle
	unset output
}
