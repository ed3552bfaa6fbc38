package emulator

// graphRoutes are the calls of Microsoft Graph.
func graphRoutes() []route { return nil }

// blobRoutes are the downloads of billing exports.
func blobRoutes() []route { return nil }
