module "delegation" {
  source = "./delegation"
  role   = "cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e"
}
