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

/* A page that a group of tests looks at, in a folder of its own. Begin with 0. */
struct browser_page {
	int ready; /* it is there: else there is no browser, and the tests are to skip */
	char dir[64], url[128];
	struct browser browser;
};

/* Makes the folder, in which the page is to be written. */
void browser_page_begin(struct browser_page *);

/* The page lies in the folder under that name: starts the browser. */
void browser_page_start(struct browser_page *, const char *name);

/* For a group's teardown: ends the browser and removes the folder, where the page was ready. 0, or what failed. */
int browser_page_end(struct browser_page *);

/* For a test's teardown: whether the page has had problems, which it prints. */
int browser_has_problems(const struct browser *);

/* The pointer, at the middle of the element that the expression names; scrolls to it first. */
void browser_point(struct browser *, const char *element);
void browser_click(struct browser *, const char *element);

/* Types into the focused element; "\r" is the Enter key. */
void browser_type(struct browser *, const char *text);

#endif
