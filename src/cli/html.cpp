// The results as a page that needs nothing beside it: no scripts, no fonts, no images from elsewhere.
#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

#include <tamis/core/version.hpp>

#include "output.hpp"

namespace tamis::cli {

namespace {

constexpr const char* style = R"(
:root { color-scheme: light dark; --ink: #1c2733; --soft: #5b6875; --line: #dde3e8; --paper: #ffffff; --ground: #f4f6f8;
  --good: #18794e; --caution: #a15c00; --bar: #3b7dd8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --soft: #9aa7b4; --line: #2f3a45; --paper: #182028;
  --ground: #10161c; --good: #4cc38a; --caution: #f1a10d; --bar: #5b9cf0; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 56rem; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
code, pre, td.value { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .92em; }
p.command { margin: 0 0 1.5rem; color: var(--soft); overflow-wrap: anywhere; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem 1.25rem; margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; }
td { padding: .3rem .75rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top; }
tr:first-child td { border-top: 0; }
td.label { width: 34%; color: var(--soft); }
td.value { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.note { color: var(--soft); width: 40%; }
.good { color: var(--good); }
.caution { color: var(--caution); }
.bar { display: inline-block; height: .6rem; border-radius: .3rem; background: var(--bar); min-width: 2px; }
ul { margin: .25rem 0 0; padding-left: 1.25rem; }
pre { overflow-x: auto; margin: .75rem 0 0; }
footer { color: var(--soft); font-size: .85rem; }
)";

std::string escaped(std::string_view text) {
    std::string s;
    s.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&': s += "&amp;"; break;
            case '<': s += "&lt;"; break;
            case '>': s += "&gt;"; break;
            case '"': s += "&quot;"; break;
            case '\'': s += "&#39;"; break;
            default: s += c;
        }
    }
    return s;
}

const char* class_of(Tone tone) {
    switch (tone) {
        case Tone::good: return " good";
        case Tone::caution: return " caution";
        case Tone::plain: break;
    }
    return "";
}

std::string row_html(const Row& r) {
    std::string note = escaped(r.note);
    if (r.share >= 0)
        note += fmt::format("<span class=\"bar\" style=\"width:{:.1f}%\"></span>", 100 * std::min(r.share, 1.0));
    return fmt::format("<tr><td class=\"label\">{}</td><td class=\"value{}\">{}</td><td class=\"note\">{}</td></tr>\n",
                       escaped(r.label), class_of(r.tone), escaped(r.value), note);
}

std::string now_text() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 64> text{};
    const std::size_t n = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts);
    return std::string(text.data(), n);
}

}  // namespace

std::string to_html(const Document& document, const Json& json, const std::string& command) {
    std::string s = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    s += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    s += fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n", escaped(document.title), style);
    s += fmt::format("<h1>{}</h1>\n<p class=\"command\"><code>{}</code></p>\n", escaped(document.title), escaped(command));
    if (!document.page.empty()) s += fmt::format("<section><pre>{}</pre></section>\n", escaped(document.page));
    for (const Section& section : document.sections) {
        if (section.rows.empty() && section.sentences.empty()) continue;
        s += "<section>\n";
        if (!section.title.empty()) s += fmt::format("<h2>{}</h2>\n", escaped(section.title));
        if (!section.rows.empty()) {
            s += "<table>\n";
            for (const Row& r : section.rows) s += row_html(r);
            s += "</table>\n";
        }
        if (!section.sentences.empty()) {
            s += "<ul>\n";
            for (const std::string& sentence : section.sentences)
                s += fmt::format("<li class=\"sentence{}\">{}</li>\n", class_of(section.tone), escaped(sentence));
            s += "</ul>\n";
        }
        s += "</section>\n";
    }
    s += fmt::format("<section>\n<details><summary>All numbers (JSON)</summary>\n<pre>{}</pre>\n</details>\n</section>\n",
                     escaped(json.dump(2, ' ', false, Json::error_handler_t::replace)));
    s += fmt::format("<footer>tamis {}, {}</footer>\n</main>\n</body>\n</html>\n", escaped(version()), now_text());
    return s;
}

}  // namespace tamis::cli
