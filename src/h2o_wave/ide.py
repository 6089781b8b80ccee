"""Stand-ins for the file service of Wave's editor: they raise when used."""

from swell.wave.stubs import functions, unsupported_class

App = unsupported_class("App", "h2o_wave.ide.App")
(create_app, delete_app, delete_file, list_apps, main, read_file, rename_file) = functions(
    "h2o_wave.ide", "create_app delete_app delete_file list_apps main read_file rename_file"
)
(rpc, serve, start_app, stop_app, write_file) = functions(
    "h2o_wave.ide", "rpc serve start_app stop_app write_file"
)
