# `cpack -G DEB` makes the package for Debian 12 out of what `cmake --install` installs and packaging/ adds.
# The units name the program by its path, so that only a build for /usr can be packed.
if(NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
    return()
endif()

# The project has no address: who distributes the package puts in the one at which it is answered for.
set(USAGED_MAINTAINER "The usaged authors <authors@usaged.invalid>" CACHE STRING
    "Who answers for the package: Name <address>")

set(packaging ${PROJECT_SOURCE_DIR}/packaging)
set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${packaging}/finish.cmake)

set(CPACK_PACKAGE_NAME usaged)
set(CPACK_PACKAGE_CONTACT ${USAGED_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "history of Microsoft Partner Center licence analytics")
set(CPACK_PACKAGE_DESCRIPTION_FILE ${packaging}/description)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Besides the libraries: the authorities that are trusted, the time zones of schedules, and what the scripts call.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "ca-certificates, procps, tzdata, systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS sqlite3)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${packaging}/conffiles ${packaging}/postinst ${packaging}/prerm ${packaging}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

include(CPack)
