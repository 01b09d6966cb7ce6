# SPDX-License-Identifier: EUPL-1.2
# Run by cpack between installing and packing: what Debian wants compressed is, and the licence stands where it is looked for.
file(GLOB_RECURSE _pages ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/man/*.[158])
set(_doc ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/doc/kring)
file(COPY_FILE ${CPACK_KRING_SOURCE}/deploy/debian/changelog ${_doc}/changelog)
foreach(_file IN LISTS _pages ITEMS ${_doc}/changelog)
  execute_process(COMMAND gzip -9nf ${_file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
# the whole text, each line behind a blank, an empty one as a full stop
file(READ ${CPACK_KRING_SOURCE}/deploy/debian/copyright _head)
file(READ ${CPACK_KRING_SOURCE}/LICENSE _text)
string(REGEX REPLACE "\n\n" "\n.\n" _text "${_text}")
string(REGEX REPLACE "\n\n" "\n.\n" _text "${_text}")
string(REGEX REPLACE "\n" "\n " _text " ${_text}")
string(REGEX REPLACE "[ \t]+\n" "\n" _text "${_text}")
string(STRIP "${_text}" _text)
file(WRITE ${_doc}/copyright "${_head} ${_text}\n")
file(CHMOD ${_doc}/copyright PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
