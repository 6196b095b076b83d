/* timeline.js: draws a timeline, with zoom and pan, in the place of the picture; below it, if the page holds a part of the
 * items only. Paper, and readers without scripts, get the picture. The first part works on plain values; the tests call it
 * without a page. timeline.c writes the data.
 */
'use strict';
(() => {
	/* A view is [from, to] within [0, end], in nanoseconds. Moves it, as far as it can go. */
	function moved([from, to], by, end) {
		const start = Math.max(0, Math.min(end - (to - from), from + by));
		return [start, start + to - from];
	}

	/* Makes the view `factor` times as long, but not shorter than a microsecond; the time `at` stays where it is, if it can. */
	function zoomed([from, to], at, factor, end) {
		const length = Math.min(end, Math.max(1000, (to - from) * factor)), start = at - (at - from) * length / (to - from);
		return moved([start, start + length], 0, end);
	}

	/* A view in a link, "200300-600800", which may hold anything; nothing stands for all. */
	function viewOf(text, end) {
		const [, from, to] = /^(\d+)-(\d+)$/.exec(text || '') || [];
		return Number(from) < Number(to) ? zoomed([Number(from), Number(to)], Number(from), 1, end) : [0, end];
	}
	const viewText = ([from, to], end) => (from > 0 || to < end ? `${Math.round(from)}-${Math.round(to)}` : '');

	/* The distance of marks on an axis of that length: 1, 2 or 5 times a power of ten, so that there are `most` or fewer. */
	function step(length, most) {
		const ten = 10 ** Math.floor(Math.log10(length / most));
		return [1, 2, 5, 10].map((times) => times * ten).find((distance) => distance * most >= length);
	}

	function inWords(ns) {
		const [unit, per] = ns >= 1e9 ? ['s', 1e9] : ns >= 1e6 ? ['ms', 1e6] : ns >= 1e3 ? ['µs', 1e3] : ['ns', 1];
		return `${Number((ns / per).toPrecision(4))} ${unit}`;
	}

	/* The items by worker, in the order of time. In the data each is five numbers. */
	function byWorker({ workers, items }) {
		const lanes = Array.from({ length: workers }, () => []);
		for (let i = 0; i < items.length; i += 5)
			lanes[items[i + 1]].push({ item: items[i], begin: items[i + 2], end: items[i + 2] + items[i + 3], waited: items[i + 4] });
		return lanes.map((lane) => lane.sort((a, b) => a.begin - b.begin));
	}

	const ITEMS = ['#9CC4E4', '#4F8FC4', '#6FA8D6'], DISPATCH = '#E39A24', DELIVERY = '#2E8B6F'; /* items longer than some pixels take turns in two shades */
	const TITLE = 24, AXIS = 22, NAME = 70, MARGIN = 28;
	function start(data, nth) {
		const key = String(nth + 1), state = () => readState(location.hash.slice(1)).view.get(key); /* page.js's */
		const { end, limit, trials } = JSON.parse(data.textContent), make = (name, set) => Object.assign(document.createElement(name), set);
		const hint = `Drag to move; + and -, or the wheel with Ctrl, zoom.${limit < end ? ` The page holds the first ${inWords(limit)}.` : ''}`;
		const box = make('span', { className: limit < end ? 'timeline' : 'timeline whole' }), says = make('small', { textContent: hint }), canvas = make('canvas', { tabIndex: 0 }), paint = canvas.getContext('2d');
		const lanes = trials.map(byWorker), most = Math.max(...trials.map(({ workers }) => workers)), high = Math.max(6, Math.min(24, 320 / (most + 1)));
		const panelHigh = TITLE + AXIS + high * (most + 1), inside = (panel, left) => Math.max(panel.left, Math.min(panel.left + panel.wide, left));
		let view = viewOf(state(), limit), panels = [], timer = 0;
		const x = (panel, ns) => panel.left + (ns - view[0]) / (view[1] - view[0]) * panel.wide;
		const timeAt = (panel, left) => view[0] + (left - panel.left) / panel.wide * (view[1] - view[0]);
		const panelAt = ({ offsetX, offsetY }) => panels.find(({ left, wide, top }) => offsetX >= left && offsetX < left + wide && offsetY >= top && offsetY < top + panelHigh);
		const text = (words, left, top, fillStyle, textAlign = 'right') => Object.assign(paint, { fillStyle, textAlign }).fillText(words, left, top);

		/* A bar on whole pixels: two that share one would mix with what is below them. */
		function bar(panel, row, from, to, fillStyle, least = 0) {
			const left = Math.round(inside(panel, x(panel, from))), right = Math.round(inside(panel, x(panel, to) + least));
			Object.assign(paint, { fillStyle }).fillRect(left, panel.top + TITLE + row * high, right - left, high * 0.8);
		}

		/* The items: each pixel is filled to their share of its time; an item of some pixels is a bar. */
		function drawItems(panel, row, lane) {
			const share = new Float64Array(Math.ceil(panel.wide) + 1);
			for (const { begin, end: ends } of lane)
				for (let from = inside(panel, x(panel, begin)) - panel.left, to = inside(panel, x(panel, ends)) - panel.left, pixel = Math.floor(from); pixel < to; pixel++)
					share[pixel] += Math.min(to, pixel + 1) - Math.max(from, pixel);
			paint.fillStyle = ITEMS[0];
			share.forEach((part, pixel) => paint.fillRect(Math.round(panel.left) + pixel, panel.top + TITLE + (row + 0.8 - 0.8 * part) * high, 1, 0.8 * part * high));
			lane.forEach(({ begin, end: ends }, i) => x(panel, ends) - x(panel, begin) >= 3 && bar(panel, row, begin, ends, ITEMS[1 + i % 2]));
		}

		function drawPanel(panel, [ink, soft, rule]) {
			const { name, workers, map } = panel, every = step(view[1] - view[0], Math.max(2, panel.wide / 90));
			text(name, panel.left, panel.top + 16, ink, 'left');
			text(`map ${inWords(map)}`, panel.left + panel.wide, panel.top + 16, soft);
			for (let row = 0; row <= workers; row += high >= 12 || row === 0 ? 1 : 4)
				text(row ? `worker ${row - 1}` : 'caller', panel.left - 6, panel.top + TITLE + (row + 0.6) * high, soft);
			panel.lanes.forEach((lane, w) => {
				bar(panel, w + 1, 0, map, rule);
				bar(panel, w + 1, panel.spans[2 * w], panel.spans[2 * w + 1], DISPATCH);
				drawItems(panel, w + 1, lane);
				lane.forEach(({ end: ends, waited }) => bar(panel, 0, ends + waited, ends + waited, DELIVERY, 1));
			});
			for (let ns = Math.ceil(view[0] / every) * every; ns <= view[1]; ns += every)
				text(inWords(ns), x(panel, ns), panel.top + panelHigh - 8, soft, 'center');
		}

		function draw(next = view) {
			const columns = canvas.clientWidth < 640 ? 1 : 2, wide = canvas.clientWidth / columns, tall = panelHigh * Math.ceil(trials.length / columns);
			const style = getComputedStyle(document.documentElement), colours = ['--ink', '--soft', '--rule'].map((name) => style.getPropertyValue(name));
			view = next;
			canvas.style.height = `${tall}px`;
			Object.assign(canvas, { width: canvas.clientWidth * devicePixelRatio, height: tall * devicePixelRatio, ariaLabel: `Timeline from ${inWords(view[0])} to ${inWords(view[1])}` });
			Object.assign(paint, { font: '12px system-ui, sans-serif' }).scale(devicePixelRatio, devicePixelRatio);
			panels = trials.map((trial, i) => ({ ...trial, lanes: lanes[i], left: wide * (i % columns) + NAME, wide: Math.max(1, wide - NAME - MARGIN), top: panelHigh * Math.floor(i / columns) }));
			panels.forEach((panel) => drawPanel(panel, colours));
		}

		function describe(event) {
			const panel = panelAt(event), w = panel && Math.floor((event.offsetY - panel.top - TITLE) / high) - 1, at = panel && timeAt(panel, event.offsetX);
			const one = panel && (panel.lanes[w] || []).find((item) => item.begin <= at && at < item.end);
			return one && `${panel.name}, worker ${w}: item ${one.item} began at ${inWords(one.begin)}, took ${inWords(one.end - one.begin)}; its result waited ${inWords(one.waited)}`;
		}
		/* Draws the view, and puts it into the link once it rests. */
		function show(next) {
			draw(next);
			clearTimeout(timer);
			timer = setTimeout(() => box.dispatchEvent(new CustomEvent('view', { bubbles: true, detail: [key, viewText(view, limit)] })), 200);
		}
		const zoom = (factor, at = (view[0] + view[1]) / 2) => show(zoomed(view, at, factor, limit)), move = (by) => show(moved(view, by * (view[1] - view[0]), limit));
		const keys = { '+': () => zoom(0.5), '-': () => zoom(2), 0: () => show([0, limit]), ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2) };
		canvas.onkeydown = (event) => keys[event.key] && (event.preventDefault(), keys[event.key]());
		canvas.onwheel = (event) => event.ctrlKey && panelAt(event) && (event.preventDefault(), zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(panelAt(event), event.offsetX)));
		canvas.onpointerdown = ({ pointerId }) => canvas.setPointerCapture(pointerId);
		canvas.onpointermove = (event) => (event.buttons ? move(-event.movementX / panels[0].wide) : (says.textContent = describe(event) || hint));
		box.append(...[['+', '+'], ['−', '-'], ['all', '0']].map(([textContent, key]) => make('button', { type: 'button', textContent, onclick: keys[key] })),
			...[['item', ITEMS[1]], ['dispatch', DISPATCH], ['idle', 'var(--rule)'], ['result delivered', DELIVERY]].flatMap(([words, colour]) =>
				[make('span', { textContent: ' ■ ', style: `color: ${colour}` }), words]), canvas, says);
		data.before(box);
		document.head.append(make('style', { textContent: `.timeline button { margin-right: .3em; } .timeline canvas { display: block; width: 100%; touch-action: pan-y; cursor: grab; } @media print { .timeline { display: none; } } @media screen { svg:has(+ .whole) { display: none; } }` }));
		new ResizeObserver(() => draw()).observe(canvas);
		addEventListener('hashchange', () => draw(viewOf(state(), limit)));
	}

	if (typeof document === 'undefined')
		module.exports = { moved, zoomed, viewOf, viewText, step, inWords, byWorker };
	else
		document.querySelectorAll('script.timeline').forEach(start);
})();
