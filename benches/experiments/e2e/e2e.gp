
# e2e.gp: seen from outside: what the driver timed, what lies around it, and every run as hyperfine timed it.
data = name.'.dat'

set lmargin at screen across(left)
set rmargin at screen across(W - 100)
set tmargin at screen 1 - up(58)
set bmargin at screen up(112)
set xrange [0:xmax]
set yrange [0.5 - rows : 0.5]
set xtics auto format '%g ms'
set ytics scale 0
set border 1
set grid x noy
set label task at screen across(14), 1 - up(20) left font title_font tc rgb ink
set label 'difference' at graph 1, graph 1 left offset character 1, 0.6 font small_font tc rgb soft
set label 'Blocks: medians of the runs. Points: the wall time of every run, by hyperfine. Strokes: their medians; '.bars.'.' at screen 0.5, up(14) center font small_font tc rgb soft
set xlabel 'wall time' tc rgb ink
N = 3
array label[N] = ['inside: start + map + stop', 'difference: the process around it', 'a run, from outside']
array colour[N] = ['4C6A87', 'E9B872', '8A8A8A']
array point[N] = [5, 5, 6]
keycols = 3; keyrows = 1; keywidth = 285; keyfoot = 42; lines = 0
set style fill solid 1 border rgb 'white'

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot data index 0 using (0):1:(0):2:($1-0.38):($1+0.38) with boxxyerror lc rgb full(1), \
		data index 0 using (0):1:2:3:($1-0.38):($1+0.38) with boxxyerror lc rgb full(2), \
		data index 1 using 2:1 with points pt 6 ps size(0.5) lc rgb full(3), \
		data index 0 using 4:1:5:6 with xerrorbars pt 1 ps 0.01 dt 1 lc rgb ink lw 1.6, \
		data index 0 using 4:1 with points pt '|' lc rgb ink, \
		data index 0 using ($4/2):1:8 with labels hypertext point pt 7 ps 0.01, \
		data index 0 using (xmax):1:7 with labels left offset character 1, 0 tc rgb ink
	unset output
}
