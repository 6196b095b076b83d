/* page.js: what the report does where scripts run. Without them it is the same report, only still.
 *
 * - A mark in a picture shows what it says (its <title>); a click keeps that open, to copy the command.
 * - A click on a legend hides a strategy in all pictures and tables.
 * - Tables sort by a click on a head, and show only the rows that hold the words typed above them.
 * - Predict: figures are hidden until the reader has guessed them. A guess is right if it lies in the interval.
 * - The URL's fragment holds all this behind the name of the place: #answer?hide=serial&sort=tasks.1:4d
 * The first part works on plain values; the tests call it without a page.
 */
'use strict';

const UNIT = { ns: 1, 'µs': 1e3, us: 1e3, ms: 1e6, s: 1e9, B: 1, KiB: 1024, MiB: 1048576, GiB: 1073741824 };
const NUMBER = '(-?\\d+(?:\\.\\d+)?)\\s*(ns|µs|us|ms|s|B|KiB|MiB|GiB)?(?:\\s*[%x×])?(?![\\w.])';
const FIGURE = new RegExp(`^(?:at most |more than |less than )?${NUMBER}(?:\\s*\\(${NUMBER}(?:–| to )${NUMBER}\\))?`);

/* "29.5 ms (29.3–33.3) †" → { value, lo, hi, unit: 1e6 } in ns or bytes. lo and hi are NaN where there is no interval.
 * null: the text does not begin with a figure. */
function parseFigure(text) {
	const m = FIGURE.exec(text.trim());

	if (!m)
		return null;
	const unit = UNIT[m[2]] || 1, times = (number, own) => Number((number * (UNIT[own] || unit)).toPrecision(12));

	return { value: times(m[1]), lo: times(m[3], m[4]), hi: times(m[5], m[6]), unit };
}

/* The value of a guess, which is in the figure's unit unless it names another. NaN: it is no number. */
function parseGuess(text, figure) {
	const m = new RegExp(`^${NUMBER}$`).exec(text.trim().replace(',', '.'));

	return m ? Number((m[1] * (UNIT[m[2]] || figure.unit)).toPrecision(12)) : NaN;
}

/* Whether the guess lies in the interval, and in words by how much it does not. */
function score(guess, { lo, hi }) {
	const way = guess > hi ? 'high' : 'low', factor = guess > hi ? guess / hi : lo / guess;

	if (guess >= lo && guess <= hi)
		return { inside: true, words: 'inside' };
	if (!(factor > 1 && factor < Infinity))
		return { inside: false, words: `too ${way}` };
	return { inside: false, words: factor >= 2 ? `${Number(factor.toPrecision(2))}x too ${way}`
		: `${Math.max(1, Math.round((guess > hi ? factor - 1 : 1 - 1 / factor) * 100))} % too ${way}` };
}

/* Orders two cells' texts: in a column of figures by value, with those last that are none. */
function compareCells(a, b, figures) {
	if (!figures)
		return a.localeCompare(b, 'en', { numeric: true });
	const x = parseFigure(a), y = parseFigure(b);

	return x && y ? x.value - y.value : (x ? 0 : 1) - (y ? 0 : 1);
}

/* The fragment's fields: lists, and maps of "key:value". A key holds no colon. */
const LISTS = ['hide', 'fold', 'show'], MAPS = ['sort', 'find', 'guess', 'view'];

function readState(fragment) {
	const [place, rest] = fragment.split(/\?(.*)/s), fields = new URLSearchParams(rest || '');
	const state = { place, predict: fields.has('predict') };

	LISTS.forEach((name) => { state[name] = new Set(fields.getAll(name)); });
	MAPS.forEach((name) => { state[name] = new Map(fields.getAll(name).filter((text) => text.includes(':')).map((text) => text.split(/:(.*)/s))); });
	return state;
}

function writeState(state) {
	const field = (name, value) => `${name}=${encodeURIComponent(value).replace(/%3A/g, ':').replace(/%20/g, '+')}`;
	const fields = [...(state.predict ? ['predict'] : []),
		...LISTS.flatMap((name) => [...state[name]].map((value) => field(name, value))),
		...MAPS.flatMap((name) => [...state[name]].map((pair) => field(name, pair.join(':'))))];

	return state.place + (fields.length ? `?${fields.join('&')}` : '');
}

/* ---- The page: its parts ---- */

function make(name, set, ...inside) {
	const element = Object.assign(document.createElement(name), set);

	element.append(...inside);
	return element;
}

const button = (text, onclick, title = '') => make('button', { type: 'button', onclick, title }, text);

/* "rgb(  0, 114, 178)" → "0072B2"; "": no colour in that form. */
const hex = (colour) => (/^rgb\(([\d, ]+)/.exec(colour || '') || ['', ''])[1].split(',')
	.map((part) => part && Number(part).toString(16).toUpperCase().padStart(2, '0')).join('');

/* A cell's text as the report has it, with or without a guess in it. */
const textOf = (cell) => (cell.report || cell.textContent).trim();

/* The chapters: { id, heading, elements, tables }. elements: the children of <main> from the heading on. */
function findChapters(main) {
	const chapters = [{ id: 'top', elements: [] }];

	for (const element of main.children) {
		const heading = element.matches('h2') ? element : element.matches('details') && element.querySelector('summary > h2');

		if (heading)
			chapters.push({ id: heading.id, heading, elements: [] });
		chapters[chapters.length - 1].elements.push(element);
	}
	return chapters;
}

/* The chapter's elements like that, at any depth. */
const within = (chapter, selector) => chapter.elements.flatMap((element) =>
	[...(element.matches(selector) ? [element] : []), ...element.querySelectorAll(selector)]);

/* Columns that say what a row is about, and chapters without results: shown to those who guess. */
const KEPT = /^(strategy|cores|delivery|one operation)/i, OPEN = /^(top|trust|failed|method|machine)$/;
const isAsked = (cell) => cell && (parseFigure(textOf(cell)) || { lo: NaN }).lo < Infinity;

/* A table has a key that is the same in every report with that chapter: "tasks.1". Of each row the reader may guess one
 * figure: the speed-up if the table has it, otherwise the first figure with an interval. */
function findTable(table, key) {
	const heads = [...table.tHead.rows[0].cells], rows = table.tBodies[0] ? [...table.tBodies[0].rows] : [], names = heads.map(textOf);
	const may = heads.map((head, i) => i).filter((i) => rows.some((row) => isAsked(row.cells[i])));
	const asked = [...may.filter((i) => /^speed-up/i.test(names[i])), ...may][0];
	const questions = rows.map((row, i) => ({ key: `${key}.${i + 1}`, row, cell: row.cells[asked], name: `${names[asked]}, ${textOf(row.cells[0])}` }));

	return { key, table, heads, rows, names, questions: questions.filter(({ cell }) => isAsked(cell)) };
}

/* The height in its picture of the middle of what is drawn. */
function heightOf(element) {
	const where = element.getAttribute('transform') || element.getAttribute('points') || element.getAttribute('d');
	const heights = [...where.matchAll(/,([\d.]+)/g)].map((m) => Number(m[1]));
	return (Math.min(...heights) + Math.max(...heights)) / 2;
}

/* The strategies: { name, drawn, legend }. What is drawn in a strategy's colour belongs to it; outside of the plots, that is
 * the legend's mark. Its text is the strategy's name. Where a strategy is a row, "NAME, 2 workers", the whole row belongs. */
function findStrategies(series) {
	const all = series.map((one) => ({ ...one, drawn: [], legend: [] })), byColour = new Map(all.map((one) => [one.colour, one]));
	const owner = (element) => ['color', 'stroke', 'fill'].map((name) => byColour.get(hex(element.getAttribute(name)))).find(Boolean);

	const named = (text) => all.find(({ name }) => text === name) || all.find(({ name }) => text.startsWith(`${name}, `));
	for (const svg of document.querySelectorAll('main svg')) {
		for (const path of svg.querySelectorAll('[id*="gnuplot_plot"] path')) /* one for the bars of all rows: one each */
			path.outerHTML = path.getAttribute('d').match(/M[^M]*/g).map((d) => path.outerHTML.replace(/ d="[^"]*"/, ` d="${d}"`)).join('');
		const drawn = [...svg.querySelectorAll('[id*="gnuplot_plot"] :is(use, path, polygon, g[transform])')];
		const marks = [...svg.querySelectorAll(':is(use, path):not([id*="gnuplot_plot"] *)')].filter(owner);

		drawn.forEach((element) => owner(element)?.drawn.push(element));
		marks.forEach((element) => owner(element).legend.push(element));
		for (const text of svg.querySelectorAll('text')) {
			const own = named(text.textContent), label = text.parentNode, row = own && label.getAttribute('text-anchor') === 'end';

			if (row)
				own.drawn.push(...drawn.filter((element) => Math.abs(heightOf(element) - heightOf(label) + 4) < 9));
			if (row || (own && !owner(label) && marks.some((mark) => owner(mark) === own)))
				own.legend.push(text);
		}
	}
	return all;
}

/* ---- What marks say ---- */

function startMarks(main) {
	const tip = document.body.appendChild(make('div', { id: 'tip', hidden: true })), says = new Map();
	let shown = null, kept = false;

	function place() {
		const at = (shown || tip).getBoundingClientRect(), room = document.documentElement.clientWidth - tip.offsetWidth - 4;

		tip.style.left = `${Math.max(4, Math.min(at.right + 8, room))}px`;
		tip.style.top = `${at.bottom + 8 + tip.offsetHeight < innerHeight ? at.bottom + 8 : Math.max(4, at.top - 8 - tip.offsetHeight)}px`;
	}

	function say(mark, keep) {
		[shown, kept] = [mark, Boolean(mark && keep)];
		tip.hidden = !mark;
		if (!mark)
			return;
		const [head, ...lines] = says.get(mark).split('\n').map((line, i) => make(i ? /^build/.test(line) ? 'code' : 'div' : 'strong', {}, line));
		const command = lines.find((line) => line.localName === 'code'), copy = command ? button('Copy', () => {
			getSelection().selectAllChildren(command);
			document.execCommand('copy');
		}) : '';

		tip.replaceChildren(head, ...lines, keep ? copy : make('small', {}, 'Click to keep this open.'));
		place();
	}

	/* The nearest mark that is shown, within reach of a finger. One too small to see stands for the bar around it. */
	function markAt({ target, clientX, clientY }) {
		const near = [...(target.closest('svg') || make('i')).querySelectorAll('.mark')].map((mark) => {
			const box = mark.getBoundingClientRect(), along = box.width < 1 ? 20 : 1;

			return { mark, far: box.width ? Math.hypot((box.x + box.width / 2 - clientX) / along, box.y + box.height / 2 - clientY) : Infinity };
		}).filter(({ far }) => far < 16);

		return near.sort((a, b) => a.far - b.far)[0]?.mark || null;
	}

	for (const title of main.querySelectorAll(':is(.mark, polygon) > title')) {
		says.set(title.parentNode, title.textContent);
		title.remove(); /* or the browser would show it as well */
	}
	for (const svg of new Set([...says.keys()].map((mark) => mark.closest('svg')))) {
		svg.setAttribute('role', 'group');
		svg.querySelector('.mark').tabIndex = 0; /* the arrow keys lead to the others */
	}
	main.addEventListener('pointermove', (event) => kept || event.pointerType === 'touch' || say(markAt(event)));
	main.addEventListener('pointerleave', () => kept || say(null));
	main.addEventListener('focusin', ({ target }) => says.has(target) && say(target));
	document.addEventListener('scroll', place, { passive: true });
	document.addEventListener('click', (event) => tip.contains(event.target) || say(markAt(event), true));
	document.addEventListener('keydown', (event) => {
		const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key], mark = event.target;

		if (event.key === 'Escape')
			say(null);
		if (!says.has(mark) || !(by || event.key === 'Enter'))
			return;
		event.preventDefault();
		if (!by)
			return say(mark, true);
		const marks = [...mark.closest('svg').querySelectorAll('.mark')].filter((one) => one.getBoundingClientRect().width);
		const next = marks[(marks.indexOf(mark) + by + marks.length) % marks.length];

		next.tabIndex = -1;
		next.focus();
	});
}

/* ---- All that the fragment holds ---- */

function startPage() {
	const main = document.querySelector('main'), nav = document.querySelector('nav');
	const chapters = findChapters(main), strategies = findStrategies(JSON.parse(document.getElementById('facts').textContent).series);
	const folds = [...main.querySelectorAll('details')].map((details) => ({ details, open: details.open, id: details.querySelector('summary > h2')?.id
		|| details.firstChild.textContent.toLowerCase().replace(/[^a-z0-9]+/g, '-') }));
	const hidden = make('span'), result = make('output');
	const predict = button('Predict', () => update({ ...state, predict: !state.predict, guess: new Map(), show: new Set() }),
		'Guess the figures before you see them');
	let state = readState(location.hash.slice(1));

	function update(next = state) {
		const text = writeState(state = next);
		apply();
		if (location.hash.slice(1) !== text)
			history.replaceState(null, '', location.pathname + location.search + (text && `#${text}`));
	}

	/* Sets the entry of a set or map of the state, or removes it where there is no value. */
	function set(into, key, value) {
		into.delete(key);
		if (value)
			into instanceof Set ? into.add(key) : into.set(key, value);
		update();
	}

	const toggle = (name) => set(state.hide, name, !state.hide.has(name));

	function goToPlace() {
		const place = document.getElementById(state.place);
		folds.forEach(({ details }) => { details.open ||= details.contains(place); });
		place?.scrollIntoView();
	}

	function applyHide() {
		for (const { name, drawn, legend } of strategies) {
			const off = state.hide.has(name);

			drawn.forEach((element) => element.classList.toggle('off', off));
			legend.forEach((element) => element.classList.toggle('faint', off));
			legend.forEach((element) => element.setAttribute('aria-pressed', String(!off)));
		}
		hidden.replaceChildren(...[...state.hide].map((name) => button(`${name} ×`, () => toggle(name), 'Show it again')));
	}

	/* The order of a table must not give away what is to be guessed. */
	function applyTable({ key, table, heads, rows, names, questions, find }) {
		const sort = state.sort.get(key) || (state.predict && questions.length ? '0a' : '');
		const [, column, order] = /^(\d+)([ad])$/.exec(sort) || [], words = state.find.get(key) || '';
		const sign = order === 'd' ? -1 : 1, cell = (row) => textOf(row.cells[column]), whose = names.indexOf('Strategy');

		if (find && find.value !== words)
			find.value = words;
		heads.forEach((head, i) => head.setAttribute('aria-sort', i !== Number(column) ? 'none' : sign < 0 ? 'descending' : 'ascending'));
		for (const row of [...rows, heads[0].parentNode])
			[...row.cells].forEach((one, i) => { one.hidden = state.hide.has(names[i]); });
		for (const row of rows) {
			const text = [...row.cells].map(textOf).join(' ').toLowerCase();

			row.hidden = !words.toLowerCase().split(/\s+/).every((word) => text.includes(word))
				|| (whose >= 0 && state.hide.has(textOf(row.cells[whose])));
		}
		if (rows.length)
			table.tBodies[0].append(...(heads[column] ? [...rows].sort((a, b) =>
				sign * compareCells(cell(a), cell(b), heads[column].align === 'right')) : rows));
	}

	/* Puts into the cell its text; instead, a field for the guess; or beside it, the guess. */
	function applyQuestion({ key, row, cell, name }, closed) {
		const guess = state.predict && state.guess.get(key);

		cell.report = textOf(cell);
		cell.said ||= [...cell.childNodes];
		const figure = parseFigure(cell.report), field = make('input', { className: 'guess', placeholder: '?', ariaLabel: `Your guess: ${name}` });

		row.judged = guess && score(parseGuess(guess, figure), figure);
		field.onchange = () => parseGuess(field.value, figure) < Infinity && set(state.guess, key, field.value.trim());
		if (row.judged)
			cell.replaceChildren(...cell.said, make('span', { className: row.judged.inside ? 'hit' : 'miss' }, `you: ${guess}, ${row.judged.words}`));
		else if (!closed || !cell.querySelector('input'))
			cell.replaceChildren(...(closed ? [field] : cell.said));
	}

	/* A chapter is closed until all that can be guessed in it has been, or the reader gives up. */
	function applyChapter({ id, elements, tables, questions, veils, open }) {
		const asked = questions.filter(({ row }) => !row.hidden), left = asked.filter(({ key }) => !state.guess.has(key));
		const closed = Boolean(state.predict && !OPEN.test(id) && !state.show.has(id) && (left.length || (veils && !asked.length)));

		questions.forEach((question) => applyQuestion(question, closed));
		elements.forEach((element) => element.classList.toggle('closed', closed));
		Object.assign(open, { hidden: !closed, textContent: `Show this chapter${left.length ? ` (${left.length} to guess)` : ''}` });
		for (const { rows, names } of tables)
			rows.forEach((row) => [...row.cells].forEach((cell, i) => cell.classList.toggle('veiled',
				closed && i > 0 && !KEPT.test(names[i]) && !row.judged && !cell.querySelector('input'))));
	}

	function apply() {
		folds.forEach(({ details, id, open }) => { details.open = open !== state.fold.has(id); });
		applyHide();
		chapters.forEach((chapter) => chapter.tables.forEach(applyTable));
		chapters.forEach(applyChapter);
		const judged = chapters.flatMap(({ questions }) => questions).map(({ row }) => row.judged).filter(Boolean);

		predict.setAttribute('aria-pressed', String(state.predict));
		result.textContent = state.predict ? `${judged.filter(({ inside }) => inside).length} of ${judged.length} inside the interval` : '';
	}

	main.addEventListener('view', ({ detail: [key, view] }) => set(state.view, key, view)); /* a timeline was moved */
	strategies.forEach(({ name, legend }) => legend.forEach((element) => {
		element.classList.add('legend');
		element.addEventListener('click', () => toggle(name));
		element.addEventListener('keydown', (event) => event.key === 'Enter' && toggle(name));
		element.setAttribute('role', 'button');
		element.setAttribute('tabindex', element.localName === 'text' ? 0 : -1);
	}));
	for (const chapter of chapters) {
		chapter.tables = within(chapter, 'table').map((table, i) => findTable(table, `${chapter.id}.${i + 1}`));
		chapter.questions = (chapter.tables.find(({ questions }) => questions.length) || { questions: [] }).questions;
		chapter.veils = within(chapter, 'svg, blockquote').length > 0;
		chapter.open = button('', () => set(state.show, chapter.id, true));
		if (chapter.heading)
			(chapter.heading.closest('summary') || chapter.heading).after(chapter.open);
		for (const t of chapter.tables) {
			t.heads.forEach((head, i) => {
				const next = { [`${i}a`]: `${i}d`, [`${i}d`]: '' };
				head.tabIndex = 0;
				head.onclick = () => set(state.sort, t.key, next[state.sort.get(t.key)] ?? `${i}a`);
				head.onkeydown = (event) => event.key === 'Enter' && head.onclick();
			});
			if (t.rows.length < 8)
				continue;
			t.find = make('input', { type: 'search', className: 'find', placeholder: 'Rows with …', ariaLabel: 'Show only rows with these words' });
			t.find.oninput = () => set(state.find, t.key, t.find.value);
			t.table.parentNode.before(t.find);
		}
	}
	folds.forEach(({ details, id, open }) => details.addEventListener('toggle', () => set(state.fold, id, details.open !== open)));
	addEventListener('hashchange', () => {
		const { hash } = location;
		update(hash.includes('?') ? readState(hash.slice(1)) : { ...state, place: hash.slice(1) });
		goToPlace();
	});
	nav.append(make('div', { className: 'tools' }, predict, result, hidden,
		make('small', {}, 'Point at a mark for its figures; click on a name below a picture to hide it, on a head of a table to sort.')));
	startMarks(main);
	apply();
	goToPlace();
}

if (typeof document === 'undefined')
	module.exports = { parseFigure, parseGuess, score, compareCells, readState, writeState };
else
	startPage();
