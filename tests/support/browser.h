/* browser.h: a page in headless Chromium, driven through its DevTools protocol: point, click, type, and look. A call that
 * fails ends the test.
 */
#ifndef PVQ_BROWSER_H
#define PVQ_BROWSER_H

#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

struct browser {
	pid_t pid;
	int to, from; /* pipes of the protocol */
	char profile[64];
	char session[128];
	char *in; /* what has been read, and is not yet a whole message */
	size_t len, room;
	int id;         /* of the last call */
	int loads;      /* pages loaded so far */
	char *problems; /* what the page wrote to the console, and its uncaught errors; NULL: nothing */
};

/* Whether a Chromium is installed. */
int browser_installed(void);

void browser_start(struct browser *);
void browser_stop(struct browser *);

/* Calls a method of the page's target and returns its result; the caller frees it. params: may be NULL; taken over. */
json_t *browser_call(struct browser *, const char *method, json_t *params);

/* Opens the URL in a new document, and waits until it is loaded. */
void browser_open(struct browser *, const char *url);

/* Evaluates JavaScript, waits for a promise, and returns the value as text; the caller frees it. */
char *browser_value(struct browser *, const char *script);

/* Fails the test unless the value is that text. */
void browser_assert(struct browser *, const char *script, const char *wanted);

/* For a test's teardown: whether the page has had problems, which it prints. */
int browser_has_problems(const struct browser *);

/* The pointer, at the middle of the element that the expression names; scrolls to it first. */
void browser_point(struct browser *, const char *element);
void browser_click(struct browser *, const char *element);

/* Types into the focused element; "\r" is the Enter key. */
void browser_type(struct browser *, const char *text);

#endif
