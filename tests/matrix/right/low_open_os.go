// Creates with os.OpenFile, and looks at the result of Close.
// exercise: low_open
package main

import (
	"fmt"
	"os"
)

func writeLine() error {
	file, err := os.OpenFile("data.txt", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	if _, err := file.WriteString("Let's go!\n"); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

func main() {
	if err := writeLine(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
