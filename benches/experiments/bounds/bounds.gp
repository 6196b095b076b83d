
# bounds.gp: the distance from the ideal: what a core does on average from start to stop; a panel per task, a bar per strategy.
data = name.'.dat'
keycols = N; keyrows = 1; keywidth = 106; keyfoot = 34; lines = 0
items = 3; undivided = 8
look(k) = '#'.part[k]
width = (W - left - 14.0) / columns
upper(p) = H - head - panelheight * int((p - 1) / columns)
set style fill solid 1 noborder
set ytics scale 0
set format y ''
set border 1
set grid x noy

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	set yrange [0.5 - rows : 0.5]
	do for [p=1:panels] {
		column = (p - 1) % columns
		unset label
		unset arrow
		set lmargin at screen across(left + width * column + 4)
		set rmargin at screen across(left + width * (column + 1) - 12)
		set tmargin at screen up(upper(p) - 40)
		set bmargin at screen up(upper(p) - panelheight + 30)
		set xrange [0:xmax[p]]
		set xtics autofreq font small_font offset 0, 0.3
		set label panel[p] at graph 0, graph 1 left offset 0, 1.6 tc rgb ink
		set label ideal[p] at graph 0, graph 1 left offset 0, 0.6 font small_font tc rgb soft
		if (column == 0) {
			do for [r=1:rows] { set label strategy[r] at graph 0, first 1 - r right offset character -0.6, 0 font small_font tc rgb ink }
		}
		if (p == 1) {
			set label 'How far from the ideal?' at screen across(14), 1 - up(20) left font title_font tc rgb ink
			set label 'What a core does on average from start to stop, in units of the ideal (the line at 1). Shorter is better.' at screen 0.5, up(12) center font small_font tc rgb soft
			eval legend
		}
		set arrow from 1, graph 0 to 1, graph 1 nohead front lc rgb ink lw 1.4
		plot for [k=1:7] data index p-1 using (k == 1 ? 0 : column(k)):1:(k == 1 ? 0 : column(k)):(k == items && column(9) == 0 ? column(k) : column(k + 1)):($1-0.38):($1+0.38) with boxxyerror lc rgb look(k), \
			data index p-1 using (column(9) == 1 ? NaN : column(items)):1:(column(items)):(column(items + 1)):($1-0.38):($1+0.38) with boxxyerror lc rgb look(undivided), \
			data index p-1 using (column(8) > 1 ? column(8) : 1):1:10 with labels left offset character 0.5, 0 font small_font tc rgb ink, \
			data index p-1 using (column(8) / 2):1:11 with labels hypertext point pt 7 ps 0.01
	}
	unset multiplot
	unset output
}
