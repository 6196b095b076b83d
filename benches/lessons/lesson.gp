# lesson.gp: a prediction beside what was measured: a mark and a bar each.
data = name.'.dat'

set lmargin at screen across(200)
set rmargin at screen across(W - 24)
set tmargin at screen 1 - up(44)
set bmargin at screen up(64)
if (logarithmic) { set logscale x }
set xrange [xmin:xmax]
set yrange [0.5 - rows : 0.5]
if (xformat ne '') { set format x xformat }
if (xformat eq '') { eval 'set xtics '.xtics }
set border 1
set grid x noy
set label title at screen across(14), 1 - up(20) left font title_font tc rgb ink
set label 'Bars of what was measured: 95 % intervals, or the whole range where the blocks are too few.' at screen 0.5, up(14) center font small_font tc rgb soft
hue(p) = p > 0 ? 0xB85C00 : 0x0B5FA5

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	plot data using 3:1:3:4:(hue($5)):ytic(6) with xerrorbars pt 7 ps 0.01 lw 3 lc rgb variable, \
		data using 2:1:(hue($5)) with points pt 7 ps size(1.2) lc rgb variable
	unset output
}
