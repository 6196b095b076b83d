/* engine.c: the type Engine: the pool of pool.h with Python functions for its work, and the side of its workers. */
#include "native.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
	CACHED = 64,    /* functions that a worker keeps */
	LOOK_MS = 50,   /* a thread that sleeps looks up that often: for a signal that came just before */
	LUMP = 128,     /* results that are worth a switch to the program … */
	FAST_NS = 5000, /* … where they come in faster than this … */
	NAP_NS = 50000, /* … so that it waits so long for more of them */
	APART_MAX =
		4 << 20,  /* bytes of inputs beside the slots at a time, so that they stay in the caches */
	PLACE_SHIFT = 36, /* bytes between two places of the file */
	FUNCTION_UNIT = 4096, /* functions begin at multiples of this */
};

static const off_t FUNCTIONS_AT = (off_t)1 << 62;
static const off_t REPORT_AT =
	((off_t)1 << 62) - ((off_t)1 << PLACE_SHIFT); /* why init() failed: its length, and that */

/* What precedes a value in a slot. */
struct head_in {
	struct native_function function;
	uint64_t len;
	uint32_t number;
	uint8_t mode, tag, apart;
};

struct head_out {
	uint64_t len;
	uint32_t number;
	uint8_t tag, apart, failed;
};

/* How often this program was forked: a child has its parent's pools in memory, and must let them be. */
static uint64_t forks;

static void count_fork(void)
{
	forks++;
}

static struct place place_of(const Engine *e, uint32_t number, int out, char *room, size_t cap)
{
	size_t place = (size_t)number * 2 + (size_t)out;

	return (struct place){.room = room,
		.cap = cap,
		.map = e->map ? e->map + place * NATIVE_MAPPED : NULL,
		.file = e->file,
		.at = (off_t)place << PLACE_SHIFT};
}

PyObject *native_caught(void)
{
	PyObject *type, *value, *trace;

	PyErr_Fetch(&type, &value, &trace);
	PyErr_NormalizeException(&type, &value, &trace);
	if (value && trace)
		PyException_SetTraceback(value, trace);
	Py_XDECREF(type);
	Py_XDECREF(trace);
	if (!value) {
		Py_INCREF(Py_None);
		return Py_None;
	}
	return value;
}

/* ---- in a worker ---- */

static struct {
	PyThreadState
		*state;  /* between items the GIL is free for threads that a function has left running */
	PyObject *flush; /* what writes out stdout's buffers: a worker ends by _exit() */
	int dirty;       /* there may be something in them */
	uint64_t forks;  /* of this process: a child of it is no worker */
	struct {
		uint64_t at;
		PyObject *function;
	} cached[CACHED];
} worker;

/* An exception as bytes, for native_codec's tag of bytes. NULL: not even that. */
static PyObject *report(const Engine *e)
{
	PyObject *caught = native_caught();
	PyObject *bytes = PyObject_CallMethod(e->hooks, "report", "O", caught);

	Py_DECREF(caught);
	if (bytes && !PyBytes_Check(bytes))
		Py_CLEAR(bytes);
	PyErr_Clear();
	return bytes;
}

static void write_report(const Engine *e)
{
	PyObject *bytes = report(e);
	uint64_t len = bytes ? (uint64_t)PyBytes_Size(bytes) : 0;

	if (bytes && pwrite(e->file, PyBytes_AsString(bytes), len, REPORT_AT + (off_t)sizeof(len)) ==
			     (ssize_t)len)
		(void)!pwrite(e->file, &len, sizeof(len), REPORT_AT);
	Py_XDECREF(bytes);
}

static int begin(void *ctx, unsigned number)
{
	Engine *e = ctx;

	PyOS_AfterFork_Child();
	worker.flush = PyObject_CallMethod(e->hooks, "begin", "I", number);
	if (!worker.flush) {
		write_report(e);
		return -ECANCELED;
	}
	worker.forks = forks;
	worker.state = PyEval_SaveThread();
	return 0;
}

static void flush(void)
{
	PyObject *done = PyObject_CallFunctionObjArgs(worker.flush, NULL);

	worker.dirty = 0;
	if (!done)
		PyErr_Clear(); /* whoever reads it has gone */
	Py_XDECREF(done);
}

/* Its process ends next, by _exit(). */
static void end(void *ctx, unsigned number)
{
	Engine *e = ctx;
	PyObject *done;

	PyEval_RestoreThread(worker.state);
	done = PyObject_CallMethod(e->hooks, "end", "I", number);
	if (!done)
		PyErr_Print();
	Py_XDECREF(done);
	if (worker.dirty)
		flush();
}

/* A new reference. */
static PyObject *function_at(const Engine *e, struct native_function f)
{
	unsigned i = (unsigned)((f.at - (uint64_t)FUNCTIONS_AT) / FUNCTION_UNIT % CACHED);
	struct coded coded = {.len = f.len, .tag = 'P', .apart = 1};
	struct place from = {.file = e->file, .at = (off_t)f.at};

	if (f.at == 0) {
		Py_INCREF(e->inherited);
		return e->inherited;
	}
	if (worker.cached[i].at != f.at || !worker.cached[i].function) {
		PyObject *function = native_decode(&coded, &from);

		if (!function)
			return NULL;
		native_replace(&worker.cached[i].function, function);
		worker.cached[i].at = f.at;
	}
	Py_INCREF(worker.cached[i].function);
	return worker.cached[i].function;
}

static PyObject *call_full(PyObject *function, PyObject *args, PyObject *kwargs)
{
	return PyObject_Call(function, args, kwargs == Py_None ? NULL : kwargs);
}

static PyObject *call_star(PyObject *function, PyObject *value)
{
	PyObject *args = PySequence_Tuple(value);
	PyObject *result = args ? PyObject_Call(function, args, NULL) : NULL;

	Py_XDECREF(args);
	return result;
}

static PyObject *call(const Engine *e, const struct head_in *in, PyObject *value)
{
	PyObject *function, *args, *kwargs, *result;

	if (in->function.at == NATIVE_WITHIN)
		return PyArg_ParseTuple(value, "OOO", &function, &args, &kwargs)
			       ? call_full(function, args, kwargs)
			       : NULL;
	function = function_at(e, in->function);
	if (!function)
		return NULL;
	if (in->mode == MODE_ONE)
		result = PyObject_CallFunctionObjArgs(function, value, NULL);
	else if (in->mode == MODE_STAR)
		result = call_star(function, value);
	else
		result = PyArg_ParseTuple(value, "OO", &args, &kwargs) ? call_full(function, args, kwargs)
								       : NULL;
	Py_DECREF(function);
	return result;
}

static int answer(const struct place *to, struct coded *coded, const Engine *e, const struct head_in *in,
	const char *bytes)
{
	struct coded what = {.len = in->len, .tag = in->tag, .apart = in->apart};
	struct place from = place_of(e, in->number, 0, (char *)(uintptr_t)bytes, 0);
	PyObject *value = native_decode(&what, &from), *result = value ? call(e, in, value) : NULL;
	int ret = -1;

	Py_XDECREF(value);
	if (result) {
		ret = native_encode(result, to, coded);
		if (ret) {
			PyObject *caught = native_caught();
			PyObject *told = PyObject_CallMethod(e->hooks, "no_result", "OO", result, caught);

			Py_DECREF(caught);
			Py_XDECREF(told); /* it raises */
		}
		Py_DECREF(result);
	}
	return ret;
}

static ssize_t run(void *ctx, const void *in, size_t len, void *out, size_t cap)
{
	const Engine *e = ctx;
	const struct head_in *from = in;
	struct head_out *head = out;
	struct place to = place_of(e, from->number, 1, (char *)(head + 1), cap - sizeof(*head));
	struct coded coded;
	int failed;

	(void)len;
	PyEval_RestoreThread(worker.state);
	failed = answer(&to, &coded, e, from, (const char *)(from + 1));
	if (failed) {
		PyObject *bytes = report(e);

		coded = (struct coded){.tag = 'N'};
		if (bytes && native_encode(bytes, &to, &coded)) {
			PyErr_Clear();
			coded = (struct coded){.tag = 'N'};
		}
		Py_XDECREF(bytes);
	}
	if (worker.dirty)
		flush();
	if (worker.forks != forks)
		_exit(failed); /* the function has forked, and this is the child: the result is the worker's to give */
	worker.state = PyEval_SaveThread();
	*head = (struct head_out){.len = coded.len,
		.number = from->number,
		.tag = coded.tag,
		.apart = coded.apart,
		.failed = failed != 0};
	return (ssize_t)(sizeof(*head) + (coded.apart ? 0 : coded.len));
}

/* ---- failing ---- */

/* Returns -1, with the exception. */
static int fail(Engine *e, const struct pvq_error *err)
{
	uint64_t len = 0;
	PyObject *bytes = NULL;

	if (!e->failure) {
		if (err->code == -ECANCELED &&
			pread(e->file, &len, sizeof(len), REPORT_AT) == sizeof(len) && len > 0 &&
			len < INT32_MAX) {
			bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)len);
			if (bytes && pread(e->file, PyBytes_AsString(bytes), len,
					     REPORT_AT + (off_t)sizeof(len)) != (ssize_t)len)
				Py_CLEAR(bytes);
			PyErr_Clear();
		}
		e->failure =
			PyObject_CallMethod(e->hooks, "broken", "sO", err->msg, bytes ? bytes : Py_None);
		Py_XDECREF(bytes);
		if (!e->failure)
			e->failure = native_caught();
	}
	return native_engine_check(e);
}

int native_engine_check(Engine *e)
{
	if (e->forks != forks)
		PyErr_SetString(PyExc_RuntimeError,
			"this pool belongs to the process that made it, not to its children");
	else if (e->failure)
		PyErr_SetObject((PyObject *)Py_TYPE(e->failure), e->failure);
	else if (!e->pool)
		PyErr_SetString(PyExc_ValueError, "Pool not running");
	else
		return 0;
	return -1;
}

/* ---- submitting ---- */

int native_engine_has_room(const Engine *e)
{
	return e->nspare > 0 &&
	       (e->apart < APART_MAX || e->config.window - e->nspare < 2 * e->config.workers);
}

static void release(Engine *e, uint32_t number)
{
	struct flight *f = &e->flight[number];

	e->apart -= f->apart;
	*f = (struct flight){.busy = 0};
	e->spare[e->nspare++] = number;
}

int native_engine_submit(Engine *e, Job *job, uint64_t seq, struct native_function function,
	enum native_mode mode, PyObject *value)
{
	union {
		struct head_in head;
		char bytes[NATIVE_SLOT];
	} slot;
	uint32_t number = e->spare[--e->nspare];
	struct flight *f = &e->flight[number];
	struct pvq_error err = PVQ_NO_ERROR;
	struct place to = place_of(
		e, number, 0, slot.bytes + sizeof(slot.head), sizeof(slot.bytes) - sizeof(slot.head));
	struct coded coded;
	int ret;

	*f = (struct flight){.job = job, .seq = seq, .id = UINT64_MAX, .busy = 1};
	if (native_encode(value, &to, &coded)) {
		int stop = !PyErr_ExceptionMatches(PyExc_Exception);
		PyObject *caught = native_caught();

		if (stop) {
			PyErr_SetObject((PyObject *)Py_TYPE(caught), caught);
			Py_DECREF(caught);
			release(e, number);
			return -1;
		}

		if (f->job)
			native_job_deliver(f->job, seq, caught, 1, 0);
		else
			Py_DECREF(caught);
		release(e, number);
		return 0;
	}
	if (native_engine_check(e)) { /* pickling may have taken its time */
		release(e, number);
		return -1;
	}
	slot.head = (struct head_in){.function = function,
		.len = coded.len,
		.number = number,
		.mode = (uint8_t)mode,
		.tag = coded.tag,
		.apart = coded.apart};
	f->apart = coded.apart ? coded.len : 0;
	e->apart += f->apart;
	/* The pool may free its slots later than the results in them are put. */
	while ((ret = pvq_pool_submit(e->pool, &slot, sizeof(slot.head) + (coded.apart ? 0 : coded.len),
			&f->id, &err)) == -EAGAIN) {
		Py_ssize_t got = native_engine_collect(e);

		if (got < 0 || (got == 0 && native_engine_wait(e, -1)) || native_engine_check(e)) {
			release(e, number);
			return -1;
		}
	}
	return ret ? fail(e, &err) : 0;
}

/* ---- collecting ---- */

/* The item with this id; one that has no result says only that. */
static uint32_t number_of(const Engine *e, uint64_t id)
{
	uint32_t number = 0;

	while (number < e->config.window && !(e->flight[number].busy && e->flight[number].id == id))
		number++;
	return number;
}

/* Runs no Python code: what is pickled is only copied. */
static int put(void *ctx, uint64_t id, const void *out, size_t len, int status)
{
	Engine *e = ctx;
	const struct head_out *head = out;
	struct landed *l = &e->landed[e->nlanded % e->config.window];

	*l = (struct landed){.status = status, .number = status ? number_of(e, id) : head->number};
	if (l->number >= e->config.window)
		return -EBADMSG;
	if (status == PVQ_POOL_DIED || status == PVQ_POOL_OVERDUE)
		l->loss = *(const struct pvq_pool_loss *)out;
	if (status == 0) {
		char *room = (char *)(uintptr_t)(head + 1);

		l->coded = (struct coded){.len = head->len, .tag = head->tag, .apart = head->apart};
		l->failed = head->failed;
		l->whole = !head->apart && native_is_simple(head->tag);
		if (l->whole) {
			struct place from = {.room = room};

			l->value = native_decode(&l->coded, &from);
		} else if (!head->apart) {
			l->value = PyBytes_FromStringAndSize(room, (Py_ssize_t)(len - sizeof(*head)));
		}
		if (!l->value && !head->apart) { /* for want of memory */
			l->value = native_caught();
			l->whole = l->failed = 1;
		}
	}
	e->nlanded++;
	return 0;
}

/* The value of a result, or the exception that it stands for. */
static PyObject *value_of(const Engine *e, struct landed *l, uint64_t seq)
{
	const Job *job = e->flight[l->number].job;
	struct place from;
	PyObject *value;

	if (l->status) {
		l->failed = 1;
		return PyObject_CallMethod(e->hooks, "lost", "iiIN", l->status, l->loss.wstatus,
			l->loss.attempts, native_job_item(job, seq));
	}
	if (l->whole) {
		Py_INCREF(l->value);
		value = l->value;
	} else {
		from = place_of(e, l->number, 1, l->value ? PyBytes_AsString(l->value) : NULL, 0);
		/* A report of bytes: that runs no Python code, so the job is still there. */
		value = native_decode(&l->coded, &from);
	}
	if (value && l->failed && !PyExceptionInstance_Check(value))
		native_replace(&value,
			PyObject_CallMethod(e->hooks, "restore", "ON", value, native_job_item(job, seq)));
	return value;
}

/* 0; -1: the user wishes to stop. */
static int deliver(Engine *e, struct landed *l)
{
	struct flight *f = &e->flight[l->number];
	PyObject *value = NULL;
	int stop = 0;
	Job *job;

	if (f->job) {
		value = value_of(e, l, f->seq);
		if (!value) {
			stop = !PyErr_ExceptionMatches(PyExc_Exception);
			value = native_caught();
			l->failed = 1;
		}
	}
	if (stop)
		PyErr_SetObject((PyObject *)Py_TYPE(value), value);
	Py_XDECREF(l->value);
	if (f->apart > NATIVE_MAPPED)
		native_discard(e->file, place_of(e, l->number, 0, NULL, 0).at, f->apart);
	if (l->coded.apart && l->coded.len > NATIVE_MAPPED)
		native_discard(e->file, place_of(e, l->number, 1, NULL, 0).at, l->coded.len);
	job = f->job; /* after what may have run Python code, which may have let go of it */
	if (job)
		native_job_deliver(job, f->seq, value, l->failed, l->coded.len);
	else
		Py_XDECREF(value);
	release(e, l->number);
	return stop ? -1 : 0;
}

static void tell(Engine *e)
{
	pthread_mutex_lock(&e->lock);
	e->round++;
	pthread_cond_broadcast(&e->told);
	pthread_mutex_unlock(&e->lock);
}

static Py_ssize_t collect_once(Engine *e)
{
	const struct pvq_pool_feed feed = {.put = put, .ctx = e};
	struct pvq_error err = PVQ_NO_ERROR;
	int got = native_engine_check(e) ? -1 : pvq_pool_collect(e->pool, &feed, &err);

	if (got < 0)
		return err.code ? fail(e, &err) : -1;
	if (got > 0) {
		uint64_t now = native_now_ns();

		e->gap_ns = (3 * e->gap_ns + (now - e->got_ns) / (uint64_t)got) / 4;
		e->got_ns = now;
	}
	while (e->ntaken < e->nlanded) {
		/* A copy: while it is decoded another thread may take the next one, and collect more. */
		struct landed l = e->landed[e->ntaken++ % e->config.window];

		if (deliver(e, &l))
			return -1;
	}
	return got;
}

/* Where results come fast and few at a time, and workers have work for a while, to fetch them little by little takes more
 * time from the workers than it is worth. */
static int is_better_asleep(const Engine *e, Py_ssize_t got)
{
	return got > 0 && got < LUMP && e->gap_ns < FAST_NS && e->nspare < e->config.window / 2 &&
	       !e->polling;
}

Py_ssize_t native_engine_collect_lump(Engine *e)
{
	Py_ssize_t got = native_engine_collect(e);

	if (is_better_asleep(e, got)) {
		struct pollfd on = {.fd = e->alarm, .events = POLLIN};
		const struct timespec nap = {.tv_nsec = NAP_NS};

		e->polling = 1;
		Py_BEGIN_ALLOW_THREADS;
		(void)ppoll(&on, 1, &nap, NULL);
		Py_END_ALLOW_THREADS;
		e->polling = 0;
		if (e->followers > 0)
			tell(e);
		if (native_engine_collect(e) < 0)
			return -1;
	}
	return got;
}

Py_ssize_t native_engine_collect(Engine *e)
{
	Py_ssize_t sum = 0, got;
	struct pvq_error err = PVQ_NO_ERROR;

	if (PyErr_CheckSignals())
		return -1;
	do {
		got = collect_once(e);
		sum += got;
		/* A thread that sleeps was promised to be woken, and this call has undone that. */
	} while (got > 0 && e->polling && e->pool && pvq_pool_wait(e->pool, 0, &err) > 0);
	if (e->followers > 0)
		tell(e);
	return got < 0 ? got : sum;
}

/* ---- sleeping ---- */

static int64_t look_ns(const Engine *e, int64_t wait_ns)
{
	int64_t longest = LOOK_MS * 1000000ll;

	if (e->config.item_timeout_ns && (int64_t)e->config.item_timeout_ns / 8 < longest)
		longest = (int64_t)e->config.item_timeout_ns / 8;
	return wait_ns >= 0 && wait_ns < longest ? wait_ns : longest;
}

/* Another thread sleeps on the pool, and tells when there is something. */
static void follow(Engine *e, int64_t wait_ns)
{
	uint64_t round = e->round, until = native_now_ns() + (uint64_t)wait_ns;
	struct timespec at = {
		.tv_sec = (time_t)(until / 1000000000), .tv_nsec = (long)(until % 1000000000)};

	e->followers++;
	Py_BEGIN_ALLOW_THREADS;
	pthread_mutex_lock(&e->lock);
	while (e->round == round && pthread_cond_timedwait(&e->told, &e->lock, &at) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&e->lock);
	Py_END_ALLOW_THREADS;
	e->followers--;
}

static void lead(Engine *e, int64_t wait_ns)
{
	struct pollfd on[] = {{.fd = e->fd, .events = POLLIN}, {.fd = e->alarm, .events = POLLIN}};
	struct timespec wait = {.tv_sec = wait_ns / 1000000000, .tv_nsec = wait_ns % 1000000000};
	uint64_t rings;

	e->polling = 1;
	Py_BEGIN_ALLOW_THREADS;
	if (ppoll(on, 2, &wait, NULL) > 0 && on[1].revents)
		(void)!read(e->alarm, &rings, sizeof(rings));
	Py_END_ALLOW_THREADS;
	e->polling = 0;
	if (e->followers > 0)
		tell(e);
}

int native_engine_wait(Engine *e, int64_t wait_ns)
{
	struct pvq_error err = PVQ_NO_ERROR;
	int ready;

	if (native_engine_check(e))
		return -1;
	ready = pvq_pool_wait(e->pool, 0, &err);
	if (ready < 0)
		return fail(e, &err);
	if (ready)
		return 0;
	wait_ns = look_ns(e, wait_ns);
	if (e->polling)
		follow(e, wait_ns);
	else
		lead(e, wait_ns);
	return PyErr_CheckSignals();
}

void native_engine_forget(Engine *e, Job *job)
{
	for (unsigned i = 0; e->flight && i < e->config.window; i++) {
		struct flight *f = &e->flight[i];

		if (!f->busy || f->job != job)
			continue;
		f->job = NULL;
		if (e->pool && !e->failure && e->forks == forks && f->id != UINT64_MAX)
			(void)pvq_pool_cancel(e->pool, f->id);
	}
}

/* ---- the type ---- */

static PyObject *engine_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
	static char *names[] = {"hooks", "workers", "retries", "recycle", "item_timeout", "recycle_memory",
		"max_memory", "backtrace", NULL};
	pthread_condattr_t attr;
	PyObject *hooks;
	unsigned workers, retries = 0;
	unsigned long long recycle = 0;
	Py_ssize_t recycle_memory = 0, max_memory = 0;
	int backtrace = 0;
	double timeout = 0;
	Engine *e;

	if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OI|IKdnnp", names, &hooks, &workers, &retries,
		    &recycle, &timeout, &recycle_memory, &max_memory, &backtrace))
		return NULL;
	e = (Engine *)PyType_GenericAlloc(type, 0);
	if (!e)
		return NULL;
	e->file = e->fd = e->alarm = -1;
	e->forks = forks;
	Py_INCREF(hooks);
	e->hooks = hooks;
	e->config = (struct pvq_pool_config){.retries = retries,
		.workers = workers,
		.window = pvq_pool_window(workers, NATIVE_SLOT, NATIVE_SLOT),
		.max_in = NATIVE_SLOT,
		.max_out = NATIVE_SLOT,
		.recycle = recycle,
		.recycle_memory = (size_t)recycle_memory,
		.max_memory = (size_t)max_memory,
		.backtrace = backtrace,
		.item_timeout_ns = (uint64_t)(timeout * 1e9),
		.init = begin,
		.worker_exit = end,
		.run = run,
		.ctx = e};
	e->top = (uint64_t)FUNCTIONS_AT;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&e->told, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&e->lock, NULL);
	return (PyObject *)e;
}

/* Takes the pool away from all threads; NULL: there is none, or it is not ours. */
static struct pvq_pool *take_pool(Engine *e)
{
	struct pvq_pool *pool = e->pool;
	uint64_t one = 1;

	e->pool = NULL;
	if (!pool || e->forks != forks)
		return NULL;
	while (e->polling) {
		(void)!write(e->alarm, &one, sizeof(one));
		follow(e, LOOK_MS * 1000000ll);
	}
	return pool;
}

static size_t map_bytes(const Engine *e)
{
	return (size_t)e->config.window * 2 * NATIVE_MAPPED;
}

static void engine_dealloc(PyObject *self)
{
	Engine *e = (Engine *)self;
	PyTypeObject *type = Py_TYPE(self);
	struct pvq_pool *pool = take_pool(e);
	freefunc free_it = (freefunc)PyType_GetSlot(type, Py_tp_free);

	if (pool)
		pvq_pool_terminate(pool);
	while (e->ntaken < e->nlanded)
		Py_XDECREF(e->landed[e->ntaken++ % e->config.window].value);
	if (e->file >= 0)
		close(e->file);
	if (e->alarm >= 0)
		close(e->alarm);
	if (e->map)
		munmap(e->map, map_bytes(e));
	free(e->flight);
	free(e->spare);
	free(e->landed);
	pthread_cond_destroy(&e->told);
	pthread_mutex_destroy(&e->lock);
	Py_XDECREF(e->hooks);
	Py_XDECREF(e->inherited);
	Py_XDECREF(e->failure);
	free_it(self);
	Py_DECREF(type);
}

static int prepare(Engine *e)
{
	unsigned window = e->config.window;

	e->flight = calloc(window, sizeof(*e->flight));
	e->spare = calloc(window, sizeof(*e->spare));
	e->landed = calloc(window, sizeof(*e->landed));
	if (!e->flight || !e->spare || !e->landed) {
		PyErr_NoMemory();
		return -1;
	}
	/* Low numbers on top: few places are touched. */
	while (e->nspare < window) {
		e->spare[e->nspare] = window - 1 - e->nspare;
		e->nspare++;
	}
	e->map = mmap(NULL, map_bytes(e), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (e->map == MAP_FAILED)
		e->map = NULL; /* under a limit of the address space: the file will do */
	e->file = memfd_create("pvqpool", MFD_CLOEXEC);
	e->alarm = e->file < 0 ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (e->alarm < 0) {
		PyErr_SetFromErrno(PyExc_OSError);
		return -1;
	}
	return 0;
}

/* Runs what Python runs before or after a fork; whatever a signal's handler raised there would be lost. So signals wait. */
static void around_fork(void (*run)(void))
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	run();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void after_fork(void)
{
	PyObject *type, *value, *trace;

	(void)PyErr_CheckSignals(); /* those that came while the workers were forked */
	PyErr_Fetch(&type, &value, &trace);
	PyOS_AfterFork_Parent();
	PyErr_Restore(type, value, trace);
}

/* start(function): forks the workers, which inherit it. The user's wish to stop is raised when they are there. */
static PyObject *engine_start(PyObject *self, PyObject *function)
{
	Engine *e = (Engine *)self;
	struct pvq_error err = PVQ_NO_ERROR;
	PyObject *type, *value, *trace;
	int ret;

	if (e->flight) {
		PyErr_SetString(PyExc_ValueError, "this engine was started before");
		return NULL;
	}
	if (prepare(e))
		return NULL;
	Py_INCREF(function);
	e->inherited = function;
	around_fork(PyOS_BeforeFork);
	ret = pvq_pool_start(&e->pool, &e->config, &err);
	around_fork(after_fork);
	PyErr_Fetch(&type, &value, &trace);
	Py_CLEAR(e->inherited); /* the workers have theirs */
	if (ret == 0)
		ret = e->fd = pvq_pool_fd(e->pool, &err);
	if (ret < 0)
		fail(e, &err);
	if (type)
		PyErr_Restore(type, value, trace);
	return PyErr_Occurred() || PyErr_CheckSignals() ? NULL : Py_NewRef(Py_None);
}

void native_engine_discard(Engine *e, struct native_function f)
{
	if (f.at >= (uint64_t)FUNCTIONS_AT && e->forks == forks)
		native_discard(e->file, (off_t)f.at, (f.len / FUNCTION_UNIT + 1) * FUNCTION_UNIT);
}

/* function(pickle) -> (at, length): a function that workers can call. */
static PyObject *engine_function(PyObject *self, PyObject *pickle)
{
	Engine *e = (Engine *)self;
	struct place to = {.file = e->file, .at = (off_t)e->top};
	struct coded coded;
	uint64_t at = e->top;

	if (native_engine_check(e))
		return NULL;
	if (!PyBytes_Check(pickle)) {
		PyErr_SetString(PyExc_TypeError, "a pickle is bytes");
		return NULL;
	}
	e->top += ((uint64_t)PyBytes_Size(pickle) / FUNCTION_UNIT + 1) * FUNCTION_UNIT;
	if (native_encode(pickle, &to, &coded))
		return NULL;
	return Py_BuildValue("KK", (unsigned long long)at, (unsigned long long)coded.len);
}

static PyObject *engine_collect(PyObject *self, PyObject *none)
{
	Py_ssize_t got = native_engine_collect((Engine *)self);

	(void)none;
	return got < 0 ? NULL : PyLong_FromSsize_t(got);
}

/* wait(seconds=None): sleeps until there may be results, or for a while. */
static PyObject *engine_wait(PyObject *self, PyObject *args)
{
	double seconds = -1;

	if (!PyArg_ParseTuple(args, "|d", &seconds) ||
		native_engine_wait((Engine *)self, seconds < 0 ? -1 : (int64_t)(seconds * 1e9)))
		return NULL;
	return Py_NewRef(Py_None);
}

static PyObject *engine_flush(PyObject *self, PyObject *none)
{
	Engine *e = (Engine *)self;

	(void)none;
	if (native_engine_check(e))
		return NULL;
	pvq_pool_flush(e->pool);
	return Py_NewRef(Py_None);
}

/* close() -> None, or what went wrong: lets the workers end. */
static PyObject *engine_close(PyObject *self, PyObject *none)
{
	Engine *e = (Engine *)self;
	struct pvq_pool *pool = take_pool(e);
	struct pvq_error err = PVQ_NO_ERROR;
	int ret = 0;

	(void)none;
	if (pool) {
		Py_BEGIN_ALLOW_THREADS;
		ret = pvq_pool_close(pool, &err);
		Py_END_ALLOW_THREADS;
	}
	if (ret)
		return PyUnicode_FromString(err.msg);
	return Py_NewRef(Py_None);
}

static PyObject *engine_terminate(PyObject *self, PyObject *none)
{
	Engine *e = (Engine *)self;
	struct pvq_pool *pool;

	(void)none;
	/* First: another thread may look for the pool while it ends. */
	if (!e->failure)
		e->failure =
			PyObject_CallMethod(e->hooks, "broken", "sO", "the pool was terminated", Py_None);
	pool = take_pool(e);
	if (pool) {
		Py_BEGIN_ALLOW_THREADS;
		pvq_pool_terminate(pool);
		Py_END_ALLOW_THREADS;
	}
	if (!e->failure)
		return NULL;
	tell(e);
	return Py_NewRef(Py_None);
}

static PyObject *worker_stats(const Engine *e)
{
	PyObject *list = PyList_New(0);
	struct pvq_pool_worker w;

	for (unsigned i = 0; list && pvq_pool_worker(e->pool, i, &w) == 0; i++) {
		PyObject *one = Py_BuildValue("{sKsdsdsdsd}", "items", (unsigned long long)w.items, "start",
			(double)w.start_ns / 1e9, "busy", (double)w.busy_ns / 1e9, "wait",
			(double)w.wait_ns / 1e9, "longest", (double)w.longest_ns / 1e9);

		if (!one || PyList_Append(list, one))
			Py_CLEAR(list);
		Py_XDECREF(one);
	}
	return list;
}

static PyObject *engine_stats(PyObject *self, PyObject *none)
{
	Engine *e = (Engine *)self;
	const struct pvq_pool_counts *n;
	PyObject *workers;

	(void)none;
	if (native_engine_check(e))
		return NULL;
	n = pvq_pool_counts(e->pool);
	workers = worker_stats(e);
	if (!workers)
		return NULL;
	return Py_BuildValue("{sKsKsKsKsKsKsKsN}", "deaths", (unsigned long long)n->deaths, "recycled",
		(unsigned long long)n->recycled, "retried", (unsigned long long)n->retried, "lost",
		(unsigned long long)n->lost, "cancelled", (unsigned long long)n->cancelled, "sleeps",
		(unsigned long long)n->sleeps, "wakes", (unsigned long long)n->wakes, "workers", workers);
}

static PyObject *engine_in_flight(PyObject *self, void *none)
{
	Engine *e = (Engine *)self;

	(void)none;
	return PyLong_FromUnsignedLong(e->flight ? e->config.window - e->nspare : 0);
}

static PyObject *engine_window(PyObject *self, void *none)
{
	(void)none;
	return PyLong_FromUnsignedLong(((Engine *)self)->config.window);
}

static PyObject *engine_room(PyObject *self, void *none)
{
	Engine *e = (Engine *)self;

	(void)none;
	return PyBool_FromLong(e->flight && native_engine_has_room(e));
}

static PyObject *engine_failure(PyObject *self, void *none)
{
	PyObject *failure = ((Engine *)self)->failure;

	(void)none;
	failure = failure ? failure : Py_None;
	Py_INCREF(failure);
	return failure;
}

static PyObject *engine_running(PyObject *self, void *none)
{
	Engine *e = (Engine *)self;

	(void)none;
	return PyBool_FromLong(e->pool && !e->failure && e->forks == forks);
}

PyObject *native_engine_type(void)
{
	static PyMethodDef methods[] = {{"start", engine_start, METH_O, ""},
		{"function", engine_function, METH_O, ""}, {"collect", engine_collect, METH_NOARGS, ""},
		{"wait", engine_wait, METH_VARARGS, ""}, {"flush", engine_flush, METH_NOARGS, ""},
		{"close", engine_close, METH_NOARGS, ""}, {"terminate", engine_terminate, METH_NOARGS, ""},
		{"stats", engine_stats, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
	static PyGetSetDef properties[] = {{"in_flight", engine_in_flight, NULL, NULL, NULL},
		{"window", engine_window, NULL, NULL, NULL}, {"room", engine_room, NULL, NULL, NULL},
		{"failure", engine_failure, NULL, NULL, NULL},
		{"running", engine_running, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};
	static PyType_Slot slots[] = {{Py_tp_new, engine_new}, {Py_tp_dealloc, engine_dealloc},
		{Py_tp_methods, methods}, {Py_tp_getset, properties}, {0, NULL}};
	static PyType_Spec spec = {"pvqpool._native.Engine", sizeof(Engine), 0, Py_TPFLAGS_DEFAULT, slots};

	return PyType_FromSpec(&spec);
}

/* ---- the module ---- */

/* dirty(): what a worker has written may wait in a buffer. */
static PyObject *dirty(PyObject *self, PyObject *none)
{
	(void)self, (void)none;
	worker.dirty = 1;
	return Py_NewRef(Py_None);
}

/* check_interpreter(): the module itself may be there already, made in the main interpreter. */
static PyObject *check_interpreter(PyObject *self, PyObject *none)
{
	(void)self, (void)none;
	if (PyInterpreterState_GetID(PyInterpreterState_Get()) == 0)
		return Py_NewRef(Py_None);
	PyErr_SetString(
		PyExc_ImportError, "pvqpool works in the main interpreter only, not in sub-interpreters");
	return NULL;
}

static int add_types(PyObject *module)
{
	PyObject *engine = native_engine_type(), *job = native_job_type();
	int ret = engine && job ? 0 : -1;

	if (ret == 0)
		ret = PyModule_AddObjectRef(module, "Engine", engine);
	if (ret == 0)
		ret = PyModule_AddObjectRef(module, "Job", job);
	Py_XDECREF(engine);
	Py_XDECREF(job);
	return ret;
}

PyMODINIT_FUNC PyInit__native(void);
PyMODINIT_FUNC PyInit__native(void)
{
	static PyMethodDef methods[] = {{"dirty", dirty, METH_NOARGS, ""},
		{"check_interpreter", check_interpreter, METH_NOARGS, ""},
		{"estimate", native_estimate, METH_O, ""}, {"compare", native_compare, METH_VARARGS, ""},
		{NULL, NULL, 0, NULL}};
	static struct PyModuleDef def = {
		PyModuleDef_HEAD_INIT, "_native", NULL, -1, methods, NULL, NULL, NULL, NULL};
	PyObject *module;

	if (native_codec_open())
		return NULL;
	module = PyModule_Create(&def);
	if (module && (add_types(module) || pthread_atfork(NULL, NULL, count_fork)))
		Py_CLEAR(module);
	return module;
}
