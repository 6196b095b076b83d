/* job.c: the type Job: items that belong together, and an iterator over their results. Its items come from an iterable, read
 * no further than a limit ahead of the results that are taken, or one by one from submit().
 */
#include "native.h"

#include <string.h>

enum {
	HELD_MAX = 64 << 20, /* bytes of results that wait, about, where they are not asked for at once */
	SLOW_NS =
		100000, /* an iterable that takes longer than this for some items is left for a look at the results */
	RUN_MAX = 64, /* items between two looks at the clock */
};

/* A result, in its place: that of its item where results are in order, else in that of its arrival. */
struct result {
	PyObject *value; /* NULL: it is not there yet */
	uint64_t seq;
	int failed; /* value is an exception */
};

struct native_job {
	PyObject_HEAD Engine *engine;
	PyObject *items; /* an iterator; NULL: there are no more */
	PyObject *error; /* what it raised, until all results before that are there */
	struct native_function function;
	enum native_mode mode;
	int ordered;
	int calls;                  /* it has no iterable */
	int owner;                  /* the function is gone with it */
	int feeding;                /* a thread is asking the iterator */
	uint64_t limit;             /* of items whose results were not taken; 0: none */
	uint64_t fed, there, taken; /* items, results, and those taken */
	uint64_t bytes;             /* of a result, about */
	uint64_t due;               /* `taken` at which it is time to feed again */
	struct result *result;      /* a ring of `size`, a power of two, from `taken` on */
	uint64_t size;
};

/* ---- results ---- */

static int grow(Job *j, uint64_t at)
{
	uint64_t size = j->size ? j->size : 16;
	struct result *more;

	while (at - j->taken >= size)
		size *= 2;
	if (size == j->size)
		return 0;
	more = PyMem_Calloc(size, sizeof(*more));
	if (!more)
		return -1;
	for (uint64_t i = 0; i < j->size; i++)
		more[(j->taken + i) & (size - 1)] = j->result[(j->taken + i) & (j->size - 1)];
	PyMem_Free(j->result);
	j->result = more;
	j->size = size;
	return 0;
}

/* submit() and feed() have made room for it. */
static void place(Job *j, uint64_t seq, PyObject *value, int failed)
{
	uint64_t at = j->ordered ? seq : j->there;

	j->result[at & (j->size - 1)] = (struct result){.value = value, .seq = seq, .failed = failed};
	j->there++;
}

/* What the iterable raised is the last result. */
static void place_error(Job *j)
{
	if (!j->error || j->there < j->fed)
		return;
	place(j, j->fed++, j->error, 1);
	j->error = NULL;
}

void native_job_deliver(Job *j, uint64_t seq, PyObject *value, int failed, uint64_t bytes)
{
	j->bytes = j->there ? (7 * j->bytes + bytes) / 8 : bytes;
	place(j, seq, value, failed);
	place_error(j);
}

static int is_ready(const Job *j)
{
	return j->taken < j->fed && j->result[j->taken & (j->size - 1)].value;
}

static int is_over(const Job *j)
{
	return !j->items && !j->error && j->taken == j->fed;
}

PyObject *native_job_item(const Job *j, uint64_t seq)
{
	return j->calls ? Py_NewRef(Py_None) : PyLong_FromUnsignedLongLong(seq);
}

/* Whether all results are there. */
static int is_done(const Job *j)
{
	return !j->items && j->there == j->fed;
}

/* Takes the next result, which is ready. NULL, with the exception that it is. */
static PyObject *take(Job *j)
{
	struct result *r = &j->result[j->taken & (j->size - 1)], got = *r;

	*r = (struct result){.value = NULL};
	j->taken++;
	if (!got.failed)
		return got.value;
	PyErr_SetObject((PyObject *)Py_TYPE(got.value), got.value);
	Py_DECREF(got.value);
	return NULL;
}

/* ---- items ---- */

/* Room for one more result, so that to deliver it cannot fail. */
static int make_room(Job *j)
{
	if (grow(j, j->fed) == 0)
		return 0;
	PyErr_NoMemory();
	return -1;
}

/* The user's wish to stop is told at once. */
static int end_items(Job *j)
{
	Py_CLEAR(j->items);
	if (!PyErr_Occurred())
		return 0;
	if (!PyErr_ExceptionMatches(PyExc_Exception))
		return -1;
	j->error = native_caught();
	place_error(j);
	return 0;
}

/* How many results may be on their way or wait to be taken: few until it is known how large they are. */
static uint64_t ahead(const Job *j)
{
	uint64_t least = 8 * (uint64_t)j->engine->config.workers;
	uint64_t most = least + 4 * j->there, fits = HELD_MAX / (j->bytes + 1);

	if (fits < least)
		fits = least;
	return most < fits ? most : fits;
}

static int can_feed(const Job *j)
{
	uint64_t held = j->fed - j->taken;

	return j->items && native_engine_has_room(j->engine) &&
	       (j->limit == 0 || (held < j->limit && held < ahead(j)));
}

/* 1: an item went in; 0: there is none, or no room by now; -1: an exception. */
static int feed_one(Job *j)
{
	PyObject *value;
	int ret;

	if (make_room(j))
		return -1;
	value = PyIter_Next(j->items);
	if (!value)
		return end_items(j);
	/* The iterable may have run anything, even ended the pool, or this job. */
	while (j->items && !native_engine_has_room(j->engine)) {
		if (native_engine_collect(j->engine) < 0 ||
			(!native_engine_has_room(j->engine) && native_engine_wait(j->engine, -1))) {
			Py_DECREF(value);
			return -1;
		}
	}
	if (!j->items) {
		Py_DECREF(value);
		return 0;
	}
	ret = native_engine_submit(j->engine, j, j->fed++, j->function, j->mode, value);
	Py_DECREF(value);
	return ret ? -1 : 1;
}

/* As many as there is room for, or until a result is there. 0, or -1 with an exception. */
static int feed(Job *j)
{
	uint64_t looked = native_now_ns(), now, fed = 0, most;
	unsigned quota = 1, left = 1;
	int ret = 1;

	if (j->feeding) /* it asks for its own results, or another thread sees to it */
		return 0;
	j->feeding = 1;
	while (ret > 0 && can_feed(j)) {
		ret = feed_one(j);
		fed += ret > 0;
		if (--left > 0)
			continue;
		now = native_now_ns();
		quota = now - looked > SLOW_NS ? 1 : quota < RUN_MAX ? 2 * quota : RUN_MAX;
		left = quota;
		if (now - looked < SLOW_NS)
			continue;
		/* Publishes what was fed so far. A worker may have completed an item meanwhile. */
		if (!is_ready(j) && native_engine_collect(j->engine) < 0)
			ret = -1;
		if (is_ready(j))
			break;
		looked = now;
	}
	j->feeding = 0;
	most = j->limit ? j->limit / 8 : RUN_MAX;
	j->due = j->taken + 1 + (can_feed(j) && fed / 2 < most ? fed / 2 : most);
	return ret < 0 ? -1 : 0;
}

/* Feeds and collects. How many results came, or -1 with an exception. */
static Py_ssize_t step(Job *j)
{
	return feed(j) ? -1 : native_engine_collect(j->engine);
}

/* The same where the thread needs a result to go on. */
static Py_ssize_t step_idle(Job *j)
{
	return feed(j) ? -1 : native_engine_collect_lump(j->engine);
}

/* With an exception of the pool: results that are there come before it, but not before the user's wish to stop. */
static int give_first(const Job *j)
{
	if (!is_ready(j) || !PyErr_ExceptionMatches(PyExc_Exception))
		return -1;
	PyErr_Clear();
	return 0;
}

/* Until a result can be taken, or none will be; for so long at most, < 0: any time. 1: there is none in that time. */
static int until_ready(Job *j, int64_t wait_ns)
{
	uint64_t until = wait_ns < 0 ? UINT64_MAX : native_now_ns() + (uint64_t)wait_ns;

	while (!is_ready(j) && !is_over(j)) {
		Py_ssize_t got = step_idle(j);
		uint64_t now;

		if (got < 0)
			return give_first(j);
		if (is_ready(j) || is_over(j) || got > 0)
			continue;
		now = wait_ns < 0 ? 0 : native_now_ns();
		if (now >= until)
			return 1;
		if (native_engine_wait(j->engine, wait_ns < 0 ? -1 : (int64_t)(until - now)))
			return -1;
	}
	return 0;
}

/* ---- the type ---- */

static PyObject *job_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
	static char *names[] = {"engine", "function", "mode", "items", "ordered", "limit", "owner", NULL};
	PyObject *engine, *items = Py_None;
	unsigned long long at, len, limit = 0;
	int mode, ordered = 0, owner = 0;
	Job *j;

	if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O(KK)i|OpKp", names, &engine, &at, &len, &mode,
		    &items, &ordered, &limit, &owner))
		return NULL;
	if (items != Py_None) {
		items = PyObject_GetIter(items);
		if (!items)
			return NULL;
	}
	j = (Job *)PyType_GenericAlloc(type, 0);
	if (!j) {
		if (items != Py_None)
			Py_DECREF(items);
		return NULL;
	}
	Py_INCREF(engine);
	j->engine = (Engine *)engine;
	j->items = items != Py_None ? items : NULL;
	j->function = (struct native_function){.at = at, .len = len};
	j->mode = (enum native_mode)mode;
	j->ordered = ordered;
	j->calls = items == Py_None;
	j->limit = limit;
	j->owner = owner;
	return (PyObject *)j;
}

/* No more items, and nobody wants the results of those in flight. */
static void stop(Job *j)
{
	PyObject *items = j->items;

	j->items = NULL;
	Py_CLEAR(j->error);
	native_engine_forget(j->engine, j);
	if (j->ordered) {
		/* Those that are there stay; there will be no others after the first gap. */
		uint64_t gap = j->taken;

		while (gap < j->fed && j->result[gap & (j->size - 1)].value)
			gap++;
		for (uint64_t i = gap; i < j->fed; i++)
			Py_CLEAR(j->result[i & (j->size - 1)].value);
		j->fed = j->there = gap;
	} else {
		j->fed = j->there;
	}
	Py_XDECREF(items);
}

static void job_dealloc(PyObject *self)
{
	Job *j = (Job *)self;
	PyTypeObject *type = Py_TYPE(self);
	freefunc free_it = (freefunc)PyType_GetSlot(type, Py_tp_free);

	if (j->engine) {
		stop(j);
		if (j->owner)
			native_engine_discard(j->engine, j->function);
		for (uint64_t i = 0; i < j->size; i++)
			Py_XDECREF(j->result[i].value);
		PyMem_Free(j->result);
		Py_DECREF(j->engine);
	}
	free_it(self);
	Py_DECREF(type);
}

static PyObject *job_iter(PyObject *self)
{
	Py_INCREF(self);
	return self;
}

static PyObject *job_next(PyObject *self)
{
	Job *j = (Job *)self;

	/* Results that wait here are no work for the workers. */
	if (j->taken >= j->due && j->items && is_ready(j) && step(j) < 0 && give_first(j))
		return NULL;
	if (!is_ready(j) && until_ready(j, -1))
		return NULL;
	return is_ready(j) ? take(j) : NULL;
}

/* wait(seconds=None) -> whether a result can be taken, or none will be. */
static PyObject *job_wait(PyObject *self, PyObject *args)
{
	PyObject *seconds = Py_None;
	double s = -1;
	int ret;

	if (!PyArg_ParseTuple(args, "|O", &seconds))
		return NULL;
	if (seconds != Py_None) {
		s = PyFloat_AsDouble(seconds);
		if (PyErr_Occurred())
			return NULL;
		s = s < 0 ? 0 : s > 1e9 ? 1e9 : s;
	}
	ret = until_ready((Job *)self, s < 0 ? -1 : (int64_t)(s * 1e9));
	return ret < 0 ? NULL : PyBool_FromLong(ret == 0);
}

/* step() -> how many results came: feeds and collects, does not wait. */
static PyObject *job_step(PyObject *self, PyObject *none)
{
	Py_ssize_t got = step((Job *)self);

	(void)none;
	return got < 0 ? NULL : PyLong_FromSsize_t(got);
}

/* submit(function, mode, value) -> its number; needs room. */
static PyObject *job_submit(PyObject *self, PyObject *args)
{
	Job *j = (Job *)self;
	unsigned long long at, len;
	PyObject *value;
	uint64_t seq = j->fed;
	int mode;

	if (!PyArg_ParseTuple(args, "(KK)iO", &at, &len, &mode, &value) || native_engine_check(j->engine) ||
		make_room(j))
		return NULL;
	if (j->engine->nspare == 0) {
		PyErr_SetString(PyExc_BlockingIOError, "there is no room for another item");
		return NULL;
	}
	j->fed++;
	if (native_engine_submit(j->engine, j, seq, (struct native_function){.at = at, .len = len},
		    (enum native_mode)mode, value))
		return NULL;
	return PyLong_FromUnsignedLongLong(seq);
}

/* run(): to the end, whatever its limit. */
static PyObject *job_run(PyObject *self, PyObject *none)
{
	Job *j = (Job *)self;

	(void)none;
	j->limit = 0;
	while (!is_done(j)) {
		Py_ssize_t got = step_idle(j);

		if (got < 0 || (got == 0 && !is_done(j) && native_engine_wait(j->engine, -1)))
			return NULL;
	}
	return Py_NewRef(Py_None);
}

/* results() -> (list, index): all that are there and in turn, in a list, exceptions too; and where the first exception is, or
 * None. */
static PyObject *job_results(PyObject *self, PyObject *none)
{
	Job *j = (Job *)self;
	PyObject *list, *first = Py_None;
	uint64_t from = j->taken, upto = j->taken;

	(void)none;
	while (upto < j->fed && j->result[upto & (j->size - 1)].value)
		upto++;
	list = PyList_New((Py_ssize_t)(upto - from));
	if (!list)
		return NULL;
	for (; j->taken < upto; j->taken++) {
		struct result *r = &j->result[j->taken & (j->size - 1)];

		if (r->failed && first == Py_None)
			first = PyLong_FromUnsignedLongLong(j->taken - from);
		(void)PyList_SetItem(list, (Py_ssize_t)(j->taken - from), r->value);
		*r = (struct result){.value = NULL};
	}
	if (!first) {
		Py_DECREF(list);
		return NULL;
	}
	if (first == Py_None)
		Py_INCREF(first);
	return Py_BuildValue("NN", list, first);
}

/* landed() -> [(number, failed, value)]: takes those that are there, of a job without an order. */
static PyObject *job_landed(PyObject *self, PyObject *none)
{
	Job *j = (Job *)self;
	PyObject *list = PyList_New(0);

	(void)none;
	while (list && is_ready(j)) {
		struct result *r = &j->result[j->taken & (j->size - 1)];
		PyObject *one = Py_BuildValue("KiO", (unsigned long long)r->seq, r->failed, r->value);

		if (!one || PyList_Append(list, one)) {
			Py_CLEAR(list);
		} else {
			Py_CLEAR(r->value);
			j->taken++;
		}
		Py_XDECREF(one);
	}
	return list;
}

static PyObject *job_cancel(PyObject *self, PyObject *none)
{
	(void)none;
	stop((Job *)self);
	return Py_NewRef(Py_None);
}

static PyObject *job_done(PyObject *self, void *none)
{
	Job *j = (Job *)self;

	(void)none;
	return PyBool_FromLong(is_done(j));
}

static PyObject *job_ready(PyObject *self, void *none)
{
	(void)none;
	return PyBool_FromLong(is_ready((Job *)self));
}

static PyObject *job_waiting(PyObject *self, void *none)
{
	Job *j = (Job *)self;

	(void)none;
	return PyLong_FromUnsignedLongLong(j->fed - j->there);
}

static PyObject *job_taken(PyObject *self, void *none)
{
	(void)none;
	return PyLong_FromUnsignedLongLong(((Job *)self)->taken);
}

static PyObject *job_there(PyObject *self, void *none)
{
	(void)none;
	return PyLong_FromUnsignedLongLong(((Job *)self)->there);
}

PyObject *native_job_type(void)
{
	static PyMethodDef methods[] = {{"wait", job_wait, METH_VARARGS, ""},
		{"step", job_step, METH_NOARGS, ""}, {"submit", job_submit, METH_VARARGS, ""},
		{"run", job_run, METH_NOARGS, ""}, {"results", job_results, METH_NOARGS, ""},
		{"landed", job_landed, METH_NOARGS, ""}, {"cancel", job_cancel, METH_NOARGS, ""},
		{NULL, NULL, 0, NULL}};
	static PyGetSetDef properties[] = {{"done", job_done, NULL, NULL, NULL},
		{"ready", job_ready, NULL, NULL, NULL}, {"waiting", job_waiting, NULL, NULL, NULL},
		{"taken", job_taken, NULL, NULL, NULL}, {"there", job_there, NULL, NULL, NULL},
		{NULL, NULL, NULL, NULL, NULL}};
	static PyType_Slot slots[] = {{Py_tp_new, job_new}, {Py_tp_dealloc, job_dealloc},
		{Py_tp_iter, job_iter}, {Py_tp_iternext, job_next}, {Py_tp_methods, methods},
		{Py_tp_getset, properties}, {0, NULL}};
	static PyType_Spec spec = {
		"pvqpool._native.Job", sizeof(Job), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};

	return PyType_FromSpec(&spec);
}
