/* page_facts.c: what page.js has to know, as JSON. */
#include "draw/palette.h"
#include "report/html.h"

#include <jansson.h>

char *pvq_page_facts(const struct pvq_summary *s)
{
	json_t *series = json_array(), *facts = json_pack("{s:o}", "series", series);
	char *text;

	for (size_t i = 0; i < s->series_count; i++)
		json_array_append_new(series, json_pack("{s:s, s:s}", "name", s->series[i].name, "colour",
						      pvq_style(s, i).colour));
	text = facts ? json_dumps(facts, JSON_COMPACT) : NULL;
	json_decref(facts);
	return text;
}
