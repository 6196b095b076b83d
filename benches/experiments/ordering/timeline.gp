
# timeline.gp: what each worker and the caller did at any time; two strategies beside each other on one axis of time.
data = name.'.dat'
# Colours of no strategy: the page finds a strategy's marks by its colour.
item_colour = '#9CC4E4'
long_colour = '#1F5F99'
dispatch_colour = '#E39A24'
idle_colour = '#E4E4E4'
delivery_colour = '#2E8B6F'
array key[5] = ['items', 'a long item', 'dispatch', 'idle', 'results delivered']
array colour[5] = [item_colour, long_colour, dispatch_colour, idle_colour, delivery_colour]
array wide[5] = [66, 94, 82, 56, 0]
panel_x(p) = (p - 1) % 2 ? W / 2.0 + 62 : 76
panel_y(p) = head + panelheight * int((p - 1) / 2)
lane_name(i) = i == 0 ? 'caller' : laneheight >= 12 || i == 1 || i % 4 == 0 ? sprintf('worker %d', i - 1) : ''
ten = 10.0 ** floor(log10(xmax / 6))
marks = xmax / 6 <= ten ? ten : xmax / 6 <= 2 * ten ? 2 * ten : xmax / 6 <= 5 * ten ? 5 * ten : 10 * ten
set xrange [0:xmax]
set grid x
unset border

do for [format in formats] {
	eval begin(format)
	set output name.'.'.format
	set multiplot
	do for [p=1:panels] {
		unset label
		unset object
		set lmargin at screen across(panel_x(p))
		set rmargin at screen across(p % 2 ? W / 2.0 - 8 : W - 14)
		set tmargin at screen 1 - up(panel_y(p) + titleheight)
		set bmargin at screen 1 - up(panel_y(p) + titleheight + laneheight * (lanes[p] + 1))
		set yrange [-lanes[p] - 0.1:0.9]
		set label label[p] at graph 0, graph 1 left offset 0, 0.6 tc rgb ink
		set label sprintf('map %.4g ms', map[p]) at graph 1, graph 1 right offset 0, 0.6 font small_font tc rgb soft
		if (p == 1) {
			set label sprintf('What each worker does: %s', task) at screen across(14), 1 - up(20) left font title_font tc rgb ink
			x = 76
			do for [k=1:5] {
				set object k rect from screen across(x), 1 - up(54) to screen across(x + 12), 1 - up(42) fs solid noborder fc rgb colour[k]
				set label key[k] at screen across(x + 17), 1 - up(48) left font small_font tc rgb ink
				x = x + wide[k]
			}
		}
		do for [i=1:lanes[p]] {
			set object 10 + i rect from 0, -i to map[p], -i + 0.8 behind fs solid noborder fc rgb idle_colour
		}
		set ytics ('caller' 0.4) scale 0 font small_font
		do for [i=1:lanes[p]] {
			set ytics add (lane_name(i) -i + 0.4)
		}
		set xtics 0, marks format (p > panels - 2 ? '%g ms' : '') scale 0.3 font small_font
		plot data index 4 * (p - 1) with filledcurves closed fs solid noborder lc rgb dispatch_colour, \
			data index 4 * (p - 1) + 1 with filledcurves closed fs solid noborder lc rgb item_colour, \
			data index 4 * (p - 1) + 2 with filledcurves closed fs solid border lc rgb 'white' lw 0.5 fc rgb long_colour, \
			data index 4 * (p - 1) + 3 with filledcurves closed fs solid noborder lc rgb delivery_colour
	}
	unset multiplot
	unset output
}
