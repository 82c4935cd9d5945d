# LICENSE (MIT: a title, the copyright, the text) as a machine-readable debian/copyright.
BEGIN {
    print "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
    print "Upstream-Name: usaged"
    print ""
    print "Files: *"
}
/^Copyright/ {
    sub(/^Copyright \(c\) /, "")
    print "Copyright: " $0
    print "License: Expat"
    text = 1
    next
}
!text { next }
/^$/ { blank = begun; next }
{
    if (blank) print " ."
    print " " $0
    blank = 0
    begun = 1
}
