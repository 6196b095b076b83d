
# Where the time goes: shares of start, map and stop, one bar a strategy, the total beside it.
data = name.'.dat'

set lmargin at screen across(left)
set rmargin at screen across(W - 84)
set tmargin at screen 1 - up(34)
set bmargin at screen up(64)
set xrange [0:100]
set yrange [0.5 - rows : 0.5]
set xtics 25 format '%g %%'
set ytics scale 0
set border 1
set grid x noy
set label task at screen across(10), 1 - up(16) left font 'sans-serif,14' tc rgb ink
set label 'total' at graph 1, graph 1 left offset character 1, 0.5 font small_font tc rgb soft
N = 3
array label[N] = ['start', 'map', 'stop']
array colour[N] = ['E39C37', '4C6A87', 'B9C6D2']
array point[N] = [5, 5, 5]
keycols = 3; keyrows = 1; keywidth = 90; keyfoot = 14; lines = 0
set style fill solid 1 border rgb 'white'

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot data using (0):1:(0):2:($1-0.36):($1+0.36) with boxxyerror lc rgb full(1), \
		data using (0):1:2:3:($1-0.36):($1+0.36) with boxxyerror lc rgb full(2), \
		data using (0):1:3:4:($1-0.36):($1+0.36) with boxxyerror lc rgb full(3), \
		data using (100):1:5 with labels left offset character 1, 0 tc rgb ink
	unset output
}
