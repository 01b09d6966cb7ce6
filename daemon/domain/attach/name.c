/* SPDX-License-Identifier: EUPL-1.2 */
/* A name comes from whoever made the file, perhaps to do harm.  What is kept and shown of it leads nowhere: no path, no device, no
 * hidden file, nothing that a shell or another system takes for more than a letter. */
#include "domain/attach/attach.h"

#include <string.h>

#include "base/text.h"

/* What is left of a name that was nothing but harm: a file has to be called something. */
static const char nobody[] = "file";
static const char plain_mime[] = "application/octet-stream";

/* Bytes above 127 are letters of valid UTF-8, as every text that was read. */
static bool harmless(unsigned char ch)
{
	return ch >= 0x80 || (ch > ' ' && ch != 0x7f && strchr("/\\:*?\"<>|$`'&;~%", ch) == NULL);
}

/* Cut between two letters: half of one would be no valid text any more, and nothing could be packed with it. */
static size_t whole_letters(const char *s, size_t len)
{
	while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* What stands behind the last separator of either kind; dots and blanks at both ends go, since they hide a file or are dropped. */
void attach_name(const char *from, char out[LIMIT_FILE_NAME + 1])
{
	size_t len;

	for (const char *p = from; *p != '\0'; p++)
		if (*p == '/' || *p == '\\')
			from = p + 1;
	from += strspn(from, " .-");
	len = strnlen(from, LIMIT_FILE_NAME + 1);
	if (len > LIMIT_FILE_NAME)
		len = whole_letters(from, LIMIT_FILE_NAME);
	while (len > 0 && strchr(" .", from[len - 1]) != NULL)
		len--;
	if (len == 0) {
		from = nobody;
		len = sizeof nobody - 1;
	}
	memcpy(out, from, len);
	for (size_t i = 0; i < len; i++)
		if (!harmless((unsigned char)out[i]) && out[i] != ' ')
			out[i] = '_';
	out[len] = '\0';
}

static size_t token(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_");
}

/* Shown, and perhaps handed to another program by whoever takes the file out: so nothing but two plain words with a stroke between. */
const char *attach_mime(const char *from)
{
	const size_t type = token(from);
	const size_t sub = type > 0 && from[type] == '/' ? token(from + type + 1) : 0;

	return sub > 0 && from[type + 1 + sub] == '\0' && type + sub < LIMIT_FILE_NAME ? from
										       : plain_mime;
}
