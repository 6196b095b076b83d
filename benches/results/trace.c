/* trace.c: writes observed trials as Chrome trace events: slices ("X"), and metadata that name the tracks ("M"). Times
 * are microseconds, as the format wants them, with three decimals: nanoseconds. The format:
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
#include "results/trace.h"

#include "base/whole.h"
#include "results/lanes.h"
#include "trial/text.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

/* Where events of a track belong. */
struct track {
	struct pvq_trace *trace;
	unsigned process, thread;
	uint64_t map_began_ns; /* on the process's clock, which begins with the trial's start */
};

static int trace_fail(struct pvq_trace *t, int error)
{
	fprintf(stderr, "pvq: cannot write %s: %s\n", t->path, strerror(-error));
	t->error = error;
	return error;
}

/* Begins an event, and returns the stream, to which the caller adds the rest. */
static FILE *trace_event(const struct track *t, const char *kind, const char *name)
{
	FILE *f = t->trace->out.f;

	fprintf(f, "%s{\"ph\":\"%s\",\"name\":\"%s\",\"pid\":%u,\"tid\":%u", t->trace->events ? ",\n" : "",
		kind, name, t->process, t->thread);
	t->trace->events = 1;
	return f;
}

/* Names the process or the thread of a track, and gives it its place among the others. */
static int trace_name(const struct track *t, int process, const char *name)
{
	json_t *text = json_string(name);
	FILE *f = trace_event(t, "M", process ? "process_name" : "thread_name");
	int ret;

	if (!text) /* a path that is not UTF-8 */
		text = json_string("pvq");
	fputs(",\"args\":{\"name\":", f);
	ret = text && json_dumpf(text, f, JSON_ENCODE_ANY) == 0 ? 0 : -EIO;
	fputs("}}", f);
	trace_event(t, "M", process ? "process_sort_index" : "thread_sort_index");
	fprintf(f, ",\"args\":{\"sort_index\":%u}}", t->thread);
	json_decref(text);
	return ret;
}

static void trace_time(FILE *f, const char *key, uint64_t ns)
{
	fprintf(f, "\"%s\":%" PRIu64 ".%03u", key, ns / 1000, (unsigned)(ns % 1000));
}

/* Begins a slice likewise. `less`: nanoseconds by which it is cut. Readers add ts and dur as floating-point numbers: if a
 * slice ended just where the next one begins, or where the one around it ends, a rounding could make them overlap. */
static FILE *trace_span(const struct track *t, const char *category, const char *name, uint64_t at_ns,
	uint64_t took_ns, unsigned less)
{
	FILE *f = trace_event(t, "X", name);

	fprintf(f, ",\"cat\":\"%s\",", category);
	trace_time(f, "ts", at_ns);
	fputc(',', f);
	trace_time(f, "dur", took_ns > less ? took_ns - less : 0);
	return f;
}

static void trace_slice(const struct track *t, const struct pvq_slice *s)
{
	static const struct {
		const char *category, *name;
	} word[] = {
		[PVQ_SLICE_RAMP] = {"idle", "idle: ramp"},
		[PVQ_SLICE_ITEM] = {"item", "item"},
		[PVQ_SLICE_DISPATCH] = {"dispatch", "dispatch"},
		[PVQ_SLICE_IMBALANCE] = {"idle", "idle: imbalance"},
		[PVQ_SLICE_DELIVERY] = {"idle", "idle: delivery"},
		[PVQ_SLICE_RESULT] = {"delivery", "result"},
		[PVQ_SLICE_END] = {"delivery", "end"},
	};
	FILE *f = trace_span(t, word[s->kind].category, word[s->kind].name, t->map_began_ns + s->begin_ns,
		s->end_ns - s->begin_ns, 2);

	if (s->moment)
		fprintf(f, ",\"args\":{\"item\":%" PRIu64, s->moment->item);
	if (s->kind == PVQ_SLICE_ITEM) {
		fputc(',', f);
		trace_time(f, "waited_us", s->moment->delivered_ns - s->moment->end_ns);
	} else if (s->kind == PVQ_SLICE_RESULT) {
		fprintf(f, ",\"worker\":%u", s->moment->worker);
	}
	fputs(s->moment ? "}}" : "}", f);
}

/* The caller's slices outside the lanes. */
static void trace_phase(const struct track *t, const char *name, uint64_t at_ns, uint64_t took_ns)
{
	fputc('}', trace_span(t, "caller", name, at_ns, took_ns, 1));
}

static int trace_track(struct track *t, const struct pvq_lanes *lanes, unsigned lane, const char *name)
{
	int ret = trace_name(t, 0, name);

	for (size_t i = lanes->first[lane]; i < lanes->first[lane + 1]; i++)
		trace_slice(t, &lanes->slice[i]);
	return ret;
}

static int trace_process(
	struct pvq_trace *trace, const struct pvq_observed *o, const struct pvq_lanes *lanes)
{
	char label[PVQ_LABEL_MAX], name[PVQ_LABEL_MAX + PVQ_NAME_MAX + 80];
	struct track t = {.trace = trace, .process = ++trace->ids, .map_began_ns = o->start_ns};
	int ret;

	t.thread = t.process; /* the caller is the main thread */
	pvq_text_task(label, o->task, o->args);
	snprintf(name, sizeof(name), "%s, %s, n %" PRIu64 ", %u worker%s", o->impl, label, o->n, o->workers,
		o->workers == 1 ? "" : "s");
	ret = trace_name(&t, 1, name);
	if (o->start_ns)
		trace_phase(&t, "start", 0, o->start_ns);
	trace_phase(&t, "map", o->start_ns, o->map_ns);
	if (ret == 0)
		ret = trace_track(&t, lanes, lanes->workers, "caller");
	if (o->stop_ns)
		trace_phase(&t, "stop", o->start_ns + o->map_ns, o->stop_ns);
	for (unsigned w = 0; ret == 0 && w < lanes->workers; w++) {
		snprintf(name, sizeof(name), "worker %u", w);
		t.thread = ++trace->ids;
		ret = trace_track(&t, lanes, w, name);
	}
	return ret;
}

void pvq_trace_begin(struct pvq_trace *t, const char *path)
{
	*t = (struct pvq_trace){.path = path};
}

static int trace_add(
	struct pvq_trace *t, const struct pvq_observed *o, const struct pvq_moment *m, size_t n)
{
	struct pvq_lanes lanes;
	int ret = 0;

	if (!t->events) {
		ret = pvq_outfile_begin(&t->out);
		if (ret)
			return ret;
		fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", t->out.f);
	}
	ret = pvq_lanes_make(&lanes, o, m, n);
	if (ret)
		return ret;
	ret = trace_process(t, o, &lanes);
	pvq_lanes_free(&lanes);
	return ret;
}

int pvq_trace_add(struct pvq_trace *t, const struct pvq_observed *o, const struct pvq_moment *m, size_t n)
{
	int ret = t->error ? 0 : trace_add(t, o, m, n);

	return ret ? trace_fail(t, ret) : t->error;
}

int pvq_trace_end(struct pvq_trace *t)
{
	int ret = 0;

	if (!t->error && !t->events) {
		fprintf(stderr, "pvq: %s is not written: there is no observed trial to show\n", t->path);
		t->error = -ENODATA;
	} else if (!t->error) {
		fputs("\n]}\n", t->out.f);
		ret = pvq_outfile_compose(&t->out);
		if (ret == 0)
			ret = pvq_whole_write(t->path, t->out.text, t->out.len);
	}
	pvq_outfile_free(&t->out);
	return ret ? trace_fail(t, ret) : t->error;
}
