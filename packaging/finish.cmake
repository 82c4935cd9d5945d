# CPack calls this when everything is installed into its folder, before it packs that.
execute_process(
    COMMAND ${CMAKE_CURRENT_LIST_DIR}/finish ${CPACK_TEMPORARY_DIRECTORY} ${CPACK_PACKAGE_VERSION} ${CPACK_PACKAGE_CONTACT}
    COMMAND_ERROR_IS_FATAL ANY)
