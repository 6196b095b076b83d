/* page_facts.c: what page.js has to know, as JSON. */
#include "draw/palette.h"
#include "report/html.h"

#include <jansson.h>

char *pvq_page_facts(const struct pvq_summary *s)
{
	json_t *series = json_array(), *facts = json_pack("{s:o}", "series", series);
	char *text = NULL;
	int ret = facts ? 0 : -1;

	for (size_t i = 0; ret == 0 && i < s->series_count; i++)
		ret = json_array_append_new(series, json_pack("{s:s, s:s}", "name", s->series[i].name,
							    "colour", pvq_style(s, i).colour));
	if (ret == 0)
		text = json_dumps(facts, JSON_COMPACT);
	json_decref(facts);
	return text;
}
