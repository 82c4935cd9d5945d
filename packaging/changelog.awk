# CHANGELOG.md as a Debian changelog: a heading is `## VERSION – YYYY-MM-DD`. One without a date is of today (-v today).
# -v version, that of the package, stands for the newest heading.
function flush_item(   words, count, i, line) {
    if (item == "") return
    count = split(item, words, / +/)
    line = "  *"
    for (i = 1; i <= count; i++) {
        if (length(line) + 1 + length(words[i]) > 79) {
            print line
            line = "   "
        }
        line = line " " words[i]
    }
    print line
    item = ""
}
function end_release() {
    flush_item()
    if (released != "") print "\n -- " maintainer "  " released "\n"
}
/^## / {
    end_release()
    print "usaged (" (released == "" ? version : $2) ") bookworm; urgency=medium\n"
    released = today
    if ($NF ~ /^[0-9]+-[0-9]+-[0-9]+$/) {
        command = "date -R -d " $NF
        command | getline released
        close(command)
    }
    next
}
released == "" { next }
/^$/ { flush_item(); next }
/^- / { flush_item(); item = substr($0, 3); next }
/^#/ { flush_item(); sub(/^#+ /, ""); item = $0; next }
{ sub(/^ +/, ""); item = item (item == "" ? "" : " ") $0 }
END { end_release() }
