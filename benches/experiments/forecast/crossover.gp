# crossover.gp: maps of the strategy that is predicted to win: item time by payload, a panel for each number of cores.
data = name.'.dat'
keyfoot = 36
foot = keyfoot + 20 * keyrows
lines = 0
columns = maps > 1 ? 2 : 1
map_left(p) = W / (columns + 0.0) * ((p - 1) % columns)
map_top(p) = 40 + mapheight * int((p - 1) / columns)

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set logscale x
	set logscale y 2
	set xrange [7.5e0:1.334e8]
	set yrange [5.657:1.483e6]
	set xtics ('10 ns' 10, '100 ns' 100, '1 µs' 1e3, '10 µs' 1e4, '100 µs' 1e5, '1 ms' 1e6, '10 ms' 1e7, '100 ms' 1e8) font small_font offset 0, 0.3
	set ytics ('8 B' 8, '64 B' 64, '512 B' 512, '4 KiB' 4096, '32 KiB' 32768, '256 KiB' 262144, '1 MiB' 1048576) font small_font
	set xlabel 'serial time of an item' font small_font offset 0, 0.8 tc rgb soft
	set style fill solid noborder
	set grid noxtics noytics
	do for [p=1:maps] {
		unset label
		set lmargin at screen across(map_left(p) + 70)
		set rmargin at screen across(map_left(p) + W / (columns + 0.0) - 28)
		set tmargin at screen 1 - up(map_top(p) + 30)
		set bmargin at screen 1 - up(map_top(p) + mapheight - 46)
		if (p == 1) {
			set label 'Who is predicted to win, by the time of an item and the bytes it moves each way' at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'Map time of long jobs, a worker a core. Striped: a tie, in the colours of the first two. Marks: measured, lowest median.' at screen 0.5, up(14) center font small_font tc rgb soft
			eval legend
		}
		set label sprintf(p == 1 ? '%d core%s: this machine' : '%d core%s: projected, not measured', cores[p], cores[p] == 1 ? '' : 's') at graph 0, graph 1 left offset 0, 0.5 tc rgb (p == 1 ? ink : soft)
		plot data index 2*p-2 using 1:2:3:4:5:6:7 with boxxyerror fs solid noborder lc rgb variable, \
			data index 2*p-1 using 1:2:3:4:5:6:7 with boxxyerror fs transparent pattern 5 noborder lc rgb variable, \
			for [i=1:(p == 1 ? N : 0)] data index 2*maps+i-1 using 1:2 with points pt 7 ps size(1.5) lc rgb '#FFFFFF', \
			for [i=1:(p == 1 ? N : 0)] data index 2*maps+i-1 using 1:2:5 with labels hypertext point pt point[i] ps size(1) lc rgb full(i)
	}
	unset multiplot
	unset output
}
