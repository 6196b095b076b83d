# peers.gp: wall time versus cores: a row per strategy, a panel per task, a dot per core count.
data = name.'.dat'
array shade[4] = ['5F7383', '6BAED6', '3182BD', '08306B']
array colour[N]
array point[N]
do for [i=1:N] {
	colour[i] = shade[N == 1 ? 4 : 1 + (i - 1) * 3 / (N - 1)]
	point[i] = i == N ? 7 : 6
}
keycols = N; keyrows = 1; keywidth = 110; keyfoot = 34; lines = 0
width = (W - left - 10.0) / panels
set logscale x 10
set ytics scale 0
set format y ''
set border 1
set grid x noy

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set yrange [0.6 - rows : 0.6]
	do for [p=1:panels] {
		unset label
		unset object
		set lmargin at screen across(left + width * (p - 1) + 3)
		set rmargin at screen across(left + width * p - 34)
		set tmargin at screen 1 - up(78)
		set bmargin at screen up(78)
		set xrange [low[p]:high[p]]
		eval 'set xtics '.tics[p].' font small_font offset 0, 0.3'
		do for [r=0:rows-1:2] {
			set object rect from graph 0, first -r - 0.5 to graph 1, first -r + 0.5 fc rgb '#F4F4F4' fs solid noborder behind
		}
		set label panel[p] at graph 0, graph 1 left offset 0, 1.7 tc rgb ink
		set label under[p] at graph 0, graph 1 left offset 0, 0.6 font small_font tc rgb soft
		do for [r in missing[p]] { set label 'not measured' at graph 0.02, first -r left font small_font tc rgb soft }
		if (p == 1) {
			do for [r=1:rows] { set label strategy[r] at graph 0, first 1 - r right offset character -0.6, 0 font small_font tc rgb (own[r] ? '#B34700' : ink) }
			set label 'Wall time versus cores' at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'Map time, log scale, one worker per core: medians; '.bars.'. Further left is faster.' at screen 0.5, up(12) center font small_font tc rgb soft
			eval legend
		}
		plot for [i=1:N] data index N*(p-1)+i-1 using 2:1:3:4 with xerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.4, \
			for [i=1:N] data index N*(p-1)+i-1 using 2:1:5 with labels hypertext point pt point[i] ps size(0.8) lc rgb full(i)
	}
	unset multiplot
	unset output
}
