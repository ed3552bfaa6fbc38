package emulator

// partnerCenterRoutes are the calls of Partner Center.
func partnerCenterRoutes() []route { return nil }
