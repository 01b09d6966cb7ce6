/* SPDX-License-Identifier: EUPL-1.2 */
/* Sizes of paper, in millimetres: what is read on paper is measured on paper. */
#include "client/paper/frame.h"

/* clang-format off */
const char *const frame_style =
	"<style>\n"
	"@page { size: A4; margin: 22mm 20mm; @bottom-right { content: counter(page) \" / \" counter(pages); font: 9pt serif } }\n"
	"body { font: 12pt/1.45 serif; color: #000; background: #fff; max-width: 17cm; margin: 1cm auto }\n"
	"@media print { body { margin: 0; max-width: none } }\n"
	"h1 { font-size: 17pt; margin: 0 0 6mm } h2 { font-size: 13pt; margin: 7mm 0 2mm; break-after: avoid }\n"
	"p { margin: 0 0 3mm; orphans: 3; widows: 3 } ul { margin: 0 0 3mm } li { margin: 0 0 1.5mm; break-inside: avoid }\n"
	"table { border-collapse: collapse; width: 100%; break-inside: avoid } tr { break-inside: avoid }\n"
	"td { border-bottom: 0.2mm solid #666; padding: 1.2mm 3mm 1.2mm 0; vertical-align: top; overflow-wrap: anywhere }\n"
	"td:first-child { width: 34% }\n"
	"</style>\n</head>\n<body>\n";
/* clang-format on */
