
# overview.gp: one row per task, one dot per strategy: speed-up over serial at the largest core count. The narrow one, for a
# phone, has the tasks above their dots; it belongs to the page, which needs no PNG.
data = name.'.dat'
keyfoot = narrow ? 22 : 28
foot = keyfoot + 20 * keyrows
lines = 0
shown = N < all ? sprintf(' (%d of %d strategies)', N, all) : ''

set lmargin at screen across(narrow ? 8 : left)
set rmargin at screen across(W - (narrow ? 8 : 170))
set tmargin at screen 1 - up(narrow ? 30 : 50)
set bmargin at screen up(foot + (narrow ? 20 : 28))
set logscale x 2
set xrange [xmin:xmax]
set yrange [0.5 - rows : 0.5]
eval 'set xtics '.xtics
set ytics scale 0
set border 1
set grid x noy
do for [r=0:rows-1:2] {
	set object rect from graph 0, first -r - 0.5 to graph 1, first -r + 0.5 fc rgb '#F4F4F4' fs solid noborder behind
}
set arrow from 1, graph 0 to 1, graph 1 nohead back lc rgb ink lw 1.5
set label 'serial' at 1, graph 1 center offset 0, narrow ? 0.4 : 0.6 font small_font tc rgb ink
if (cores > 1) {
	set arrow from cores, graph 0 to cores, graph 1 nohead back lc rgb soft lw 1.5 dt 2
	set label sprintf('%d cores', cores) at cores, graph 1 center offset 0, 0.6 font small_font tc rgb soft
}
if (!narrow) {
	set label 'fastest' at graph 1, graph 1 left offset character 1, 0.6 font small_font tc rgb soft
	set label sprintf('Which way of running the tasks is fastest on %d core%s?', cores, cores > 1 ? 's' : '').shown at screen across(14), 1 - up(20) left font title_font tc rgb ink
	set label sprintf('Times as fast as serial (log scale), by map time: medians of up to %d block%s; ', blocks, blocks == 1 ? '' : 's').bars.'. Further right is faster.'.(N < all ? ' The strategies shown cost least to always take.' : '') at screen 0.5, up(14) center font small_font tc rgb soft
} else {
	set label sprintf('Times as fast as serial, on %d core%s', cores, cores > 1 ? 's' : '').shown at screen across(8), 1 - up(8) left font small_font tc rgb ink
	set label sprintf('Medians, n up to %d; ', blocks).bars.'.' at screen 0.5, up(8) center font small_font tc rgb soft
	formats = 'svg'
}

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	eval legend
	plot for [i=1:N] data index i-1 using 2:1:3:4 with xerrorbars pt point[i] ps 0.01 dt 1 lc rgb full(i) lw 1.8, \
		for [i=1:N] data index i-1 using 2:1:6 with labels hypertext point pt point[i] ps size(1.1) lc rgb full(i)
	unset output
}
