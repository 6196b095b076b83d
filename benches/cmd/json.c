/* json.c: writes rows and comparisons as JSON. */
#include "cmd/json.h"
#include "base/quote.h"
#include "cmd/cmd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

json_t *pvq_json_real(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

json_t *pvq_json_text(const char *text)
{
	char *copy;
	json_t *string;

	if (!text || !*text)
		return json_null();
	copy = pvq_utf8_copy(text);
	string = copy ? json_string(copy) : NULL;
	free(copy);
	return string;
}

json_t *pvq_json_words(const char *const *words)
{
	json_t *list = json_array();

	for (; *words; words++)
		list = pvq_json_append(list, pvq_json_text(*words));
	return list;
}

json_t *pvq_json_append(json_t *list, json_t *item)
{
	if (!list)
		json_decref(item);
	else if (json_array_append_new(list, item) == 0)
		return list;
	json_decref(list);
	return NULL;
}

/* ---- a row ---- */

/* JSON's integers end at 2^63 here; a larger seed loses digits. */
static json_t *json_u64(uint64_t u)
{
	return u <= INT64_MAX ? json_integer((json_int_t)u) : json_real((double)u);
}

static json_t *json_field(const struct pvq_column *c, const void *field)
{
	if (pvq_table_is_unknown(c, field))
		return json_null();
	switch (c->kind) {
	case PVQ_COLUMN_TEXT:
		return pvq_json_text(field);
	case PVQ_COLUMN_U32:
		return json_integer(*(const unsigned *)field);
	case PVQ_COLUMN_U64:
	case PVQ_COLUMN_SEEN:
	case PVQ_COLUMN_OPT_U64:
		return json_u64(*(const uint64_t *)field);
	case PVQ_COLUMN_I64:
	case PVQ_COLUMN_OPT_I64:
		return json_integer(*(const int64_t *)field);
	case PVQ_COLUMN_WORD:
		return json_string(c->words[*(const unsigned *)field]);
	}
	return NULL;
}

json_t *pvq_json_row(const struct pvq_row *row)
{
	static const char *const of_good_rows[] = {"start_ns", "map_ns", "stop_ns", "total_ns"};
	const struct pvq_table *t = &pvq_row_table;
	json_t *object = json_object();

	for (size_t i = 0; object && i < t->columns; i++) {
		const struct pvq_column *c = &t->column[i];

		if (json_object_set_new(object, c->name, json_field(c, (const char *)row + c->offset))) {
			json_decref(object);
			return NULL;
		}
	}
	if (object && json_object_set_new(object, "args",
			      row->args[0] ? pvq_json_text(row->args)
					   : json_string(""))) { /* empty: it has none */
		json_decref(object);
		return NULL;
	}
	for (size_t i = 0; object && row->status != PVQ_OK && i < 4; i++)
		if (json_integer_value(json_object_get(object, of_good_rows[i])) == 0 &&
			json_object_set_new(object, of_good_rows[i], json_null())) {
			json_decref(object);
			object = NULL;
		}
	return object;
}

/* ---- a comparison ---- */

static json_t *json_side(const struct pvq_side *side)
{
	json_t *list = json_array();

	for (size_t r = 0; r < side->runs; r++)
		list = pvq_json_append(list, pvq_json_text(side->run[r].dir));
	return list;
}

static json_t *json_cell(const struct pvq_compared *c)
{
	return json_pack("{s:o,s:o,s:b,s:o,s:o,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "cell",
		pvq_json_text(c->name), "verdict", pvq_json_text(pvq_compared_words(c)), "judged",
		c->basis == PVQ_JUDGED, "n_before", json_u64(c->cell->key->n), "n_after",
		json_u64(c->cell_after->key->n), "per_item", c->per_item, "before_ns",
		pvq_json_real(c->before_ns), "after_ns", pvq_json_real(c->after_ns), "ratio",
		pvq_json_real(c->ratio), "lo", pvq_json_real(c->lo), "hi", pvq_json_real(c->hi),
		"p_adjusted", pvq_json_real(c->p), "level", pvq_json_text(c->level), "reason",
		pvq_json_text(c->reason));
}

json_t *pvq_json_comparison(const struct pvq_comparison_table *t)
{
	json_t *cells = json_array(), *unmatched = json_array();

	for (size_t i = 0; i < t->cells; i++)
		cells = pvq_json_append(cells, json_cell(&t->cell[i]));
	for (size_t i = 0; i < t->unmatched_count; i++)
		unmatched = pvq_json_append(
			unmatched, json_pack("{s:o,s:o}", "cell", pvq_json_text(t->unmatched[i].name),
					   "not_in", pvq_json_text(t->unmatched[i].dir)));
	return json_pack("{s:s,s:o,s:o,s:o,s:o,s:I}", "metric", t->metric == PVQ_TOTAL_NS ? "total" : "map",
		"before", json_side(&t->before), "after", json_side(&t->after), "cells", cells, "unmatched",
		unmatched, "unread_rows", (json_int_t)t->bad);
}

int pvq_json_print(json_t *value)
{
	int ret = value ? json_dumpf(value, stdout, JSON_INDENT(2)) : -1;

	if (ret && !ferror(stdout)) /* the flush tells of an error of stdout */
		fprintf(stderr, "pvq: out of memory\n");
	json_decref(value);
	putchar('\n');
	return pvq_cmd_flush() || ret ? PVQ_EXIT_FAILED : PVQ_EXIT_DONE;
}
